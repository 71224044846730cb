import { type HttpAnswer, HttpConnections, patientGet } from '@attestlog/client/log-reading';
import type { CommandContext } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { CliFailure } from '../failure.js';
import { failing } from './attestlog-failure.js';
import { failureFromAnswer, isRecord } from './problem-details.js';
import type { Server } from './server-address.js';

/** A page of 1,000 entries with their framing. */
const MAX_ANSWER_BYTES = 128 * 1024 * 1024;
const ATTEMPTS = 4;

/** Reads from the server's API. Everything but success is thrown as a {@link CliFailure} with the server's own words. */
export class ApiClient {
  readonly #context: CommandContext;
  readonly #server: Server;
  readonly #connections: HttpConnections;
  readonly #isPatient: boolean;

  /** @param isPatient whether a server that cannot be reached is asked again: one that is known to be there */
  constructor(context: CommandContext, server: Server, { isPatient = false } = {}) {
    this.#context = context;
    this.#server = server;
    this.#isPatient = isPatient;
    this.#connections = new HttpConnections(context.signal);
  }

  /** @param path relative to the server's address, with its query; parts must be encoded already */
  async get(path: string, accept = 'application/json'): Promise<HttpAnswer> {
    const url = this.#server.resolve(path);
    const answer = await patientGet(this.#context, this.#connections, url, {
      headers: { accept, ...this.#server.headers },
      maxBytes: MAX_ANSWER_BYTES,
      attempts: ATTEMPTS,
      // Where a person waits: better to be told at once that nothing listens there.
      retryUnreachable: this.#isPatient,
    }).catch(failing);
    if (answer.status >= 200 && answer.status < 300) return answer;
    throw failureFromAnswer(answer.status, textOf(answer), url);
  }

  async getText(path: string): Promise<string> {
    return textOf(await this.get(path, 'text/plain'));
  }

  /** @throws CliFailure `unexpected` if the answer is not a JSON object: then it is not an Attestlog server. */
  async getJson(path: string): Promise<Record<string, unknown>> {
    const answer = await this.get(path);
    try {
      const value: unknown = JSON.parse(textOf(answer));
      if (isRecord(value)) return value;
    } catch {
      // Told below, like JSON of another shape.
    }
    throw notAttestlog(answer.url);
  }
}

/** The failure for an answer that this server's kind does not give. */
export function notAttestlog(url: string): CliFailure {
  return new CliFailure(EXIT.unexpected, 'The answer is not that of an Attestlog server', {
    detail: url,
    remedy: 'Check the address (--url or ATTESTLOG_URL).',
  });
}

/** Body of an answer as text (UTF-8). */
export function textOf(answer: HttpAnswer): string {
  return Buffer.from(answer.body).toString('utf8');
}
