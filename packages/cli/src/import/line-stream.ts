import http, { type ClientRequest, type IncomingMessage } from 'node:http';
import https from 'node:https';
import { parseRetryAfter } from '@attestlog/client/log-reading';
import { messageOf } from '../failure.js';
import { failureFromAnswer, isBusy } from '../http/problem-details.js';
import { readLines } from './lines.js';

const MAX_PROBLEM_BYTES = 256 * 1024;
/** A result with 20 problems has a few kilobytes. */
const MAX_LINE_BYTES = 1024 * 1024;

/** The stream ended before its time, or the server is busy: what has no answer yet can be sent again. */
export class StreamBroken extends Error {
  readonly retryAfterMs: number | undefined;

  constructor(message: string, retryAfterMs?: number) {
    super(message);
    this.name = 'StreamBroken';
    this.retryAfterMs = retryAfterMs;
  }
}

/** A request whose lines are written while the lines of its answer are read. */
export interface LineStream {
  /** Resolves when more can be written. @throws StreamBroken */
  write(text: string): Promise<void>;
  end(): void;
  /** Lines of the answer. @throws StreamBroken; CliFailure for an answer that no repetition would change. */
  lines(): AsyncGenerator<string>;
  /** Ends both directions at once; whoever waits is told the reason. */
  destroy(reason: Error): void;
}

/**
 * Opens a POST of NDJSON. Not with `fetch`, which gives the answer only when the whole request has been written.
 * @param now milliseconds since 1970, for a `Retry-After` with a date
 */
export function openLineStream(url: string, headers: Readonly<Record<string, string>>, now: () => number): LineStream {
  const { request, Agent } = url.startsWith('https:') ? https : http;
  // A connection of its own: one from a pool could be closed by the server at the moment that it is taken. Kept alive,
  // because a server that closes right after a refusal makes the client lose it while it is still writing.
  const agent = new Agent({ keepAlive: true });
  const outgoing = request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson', accept: 'application/x-ndjson', ...headers },
    agent,
  });
  outgoing.flushHeaders();
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.on('response', resolve);
    outgoing.on('error', (error) => reject(broken(error)));
    outgoing.on('close', () => reject(new StreamBroken('the connection was closed before an answer')));
  });
  answer.catch(() => {});
  return {
    write: (text) => writeTo(outgoing, text),
    end: () => outgoing.end(),
    lines: () => linesOf(answer, url, now),
    destroy: (reason) => {
      outgoing.destroy(reason);
      agent.destroy();
    },
  };
}

function writeTo(request: ClientRequest, text: string): Promise<void> {
  if (request.destroyed) return Promise.reject(new StreamBroken('the connection is closed'));
  if (request.write(text)) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const done = () => {
      request.off('drain', done);
      request.off('close', closed);
      resolve();
    };
    const closed = () => {
      request.off('drain', done);
      reject(new StreamBroken('the connection was closed'));
    };
    request.once('drain', done);
    request.once('close', closed);
  });
}

async function* linesOf(answer: Promise<IncomingMessage>, url: string, now: () => number): AsyncGenerator<string> {
  const response = await answer;
  if (response.statusCode !== 200) throw await refusalOf(response, url, now);
  try {
    for await (const lines of readLines(response, MAX_LINE_BYTES)) {
      for (const { bytes } of lines) if (bytes !== undefined && bytes.length > 0) yield bytes.toString('utf8');
    }
  } catch (error) {
    throw broken(error);
  }
}

async function refusalOf(response: IncomingMessage, url: string, now: () => number): Promise<Error> {
  const status = response.statusCode ?? 0;
  if (isBusy(status)) {
    response.resume();
    return new StreamBroken(
      `the server is busy (status ${status})`,
      parseRetryAfter(response.headers['retry-after'], now()),
    );
  }
  let body = '';
  try {
    for await (const chunk of response.setEncoding('utf8')) {
      body += chunk;
      if (body.length > MAX_PROBLEM_BYTES) break;
    }
  } catch {
    // What has come of the explanation is used.
  }
  return failureFromAnswer(status, body, url);
}

function broken(error: unknown): StreamBroken {
  return error instanceof StreamBroken ? error : new StreamBroken(messageOf(error));
}
