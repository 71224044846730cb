import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { readBody } from '@attestlog/client/log-reading';
import type { CommandContext } from '../context.js';
import { CliFailure } from '../failure.js';
import { notAttestlog } from './api-client.js';
import { unreachable } from './attestlog-failure.js';
import { failureFromAnswer, isRecord } from './problem-details.js';
import type { Server } from './server-address.js';

/** Answers are documents of a kind, or pages of them. */
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;
const TIMEOUT_MS = 60_000;

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** A request and its answer, as JSON. */
export interface Change {
  readonly method: Method;
  /** Relative to the server's address, with its query; parts must be encoded already. */
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Asks a server to change something: once, since what was not answered may have been done. Everything but success is
 * thrown as a {@link CliFailure} with the server's own words.
 */
export class ChangeClient {
  readonly #context: Pick<CommandContext, 'signal'>;
  readonly #server: Server;

  constructor(context: Pick<CommandContext, 'signal'>, server: Server) {
    this.#context = context;
    this.#server = server;
  }

  /**
   * The answer's JSON object; an empty one where there is no content.
   * @param expected a problem's code that is no failure here: its document is the answer
   */
  async send(change: Change, expected?: string): Promise<Record<string, unknown>> {
    const url = this.#server.resolve(change.path);
    const { status, body } = await this.#answer(url, change).catch((error: unknown) => this.#lost(url, error));
    if (!isSuccess(status) && !(expected !== undefined && codeOf(body) === expected))
      throw failureFromAnswer(status, body, url);
    if (body === '') return {};
    try {
      const value: unknown = JSON.parse(body);
      if (isRecord(value)) return value;
    } catch {
      // Told below, like JSON of another shape.
    }
    throw notAttestlog(url);
  }

  /**
   * The answer's bytes as they come, for one that may be long.
   * @throws CliFailure while it is read too, when the connection breaks
   */
  async *stream(change: Change): AsyncGenerator<Uint8Array> {
    const url = this.#server.resolve(change.path);
    const response = await this.#request(url, change).catch((error: unknown) => this.#lost(url, error));
    const status = response.statusCode ?? 0;
    try {
      if (!isSuccess(status)) throw failureFromAnswer(status, await textOf(response), url);
      yield* response as AsyncIterable<Buffer>;
    } catch (error) {
      if (error instanceof CliFailure) throw error;
      this.#lost(url, error);
    } finally {
      response.destroy();
    }
  }

  async #answer(url: string, change: Change): Promise<{ status: number; body: string }> {
    const response = await this.#request(url, change);
    return { status: response.statusCode ?? 0, body: await textOf(response) };
  }

  #lost(url: string, error: unknown): never {
    this.#context.signal.throwIfAborted();
    throw unreachable(url, error);
  }

  #request(url: string, { method, body, headers = {} }: Change): Promise<IncomingMessage> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const content = text === undefined ? {} : { 'content-type': 'application/json' };
    return new Promise((resolve, reject) => {
      const { request: open } = url.startsWith('https:') ? https : http;
      const request = open(url, {
        method,
        headers: { accept: 'application/json', ...content, ...this.#server.headers, ...headers },
        signal: this.#context.signal,
        timeout: TIMEOUT_MS,
      });
      request.on('error', reject);
      request.on('timeout', () => request.destroy(new Error('the server did not answer in time')));
      request.on('response', resolve);
      request.end(text);
    });
  }
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

async function textOf(response: IncomingMessage): Promise<string> {
  return Buffer.from(await readBody(response, MAX_ANSWER_BYTES)).toString('utf8');
}

/** The code of a problem document; undefined for anything else. */
function codeOf(body: string): unknown {
  try {
    const value: unknown = JSON.parse(body);
    return isRecord(value) ? value.code : undefined;
  } catch {
    return undefined;
  }
}
