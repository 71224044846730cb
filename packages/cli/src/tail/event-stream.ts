import type { IncomingMessage } from 'node:http';
import type { CommandContext } from '../context.js';
import { CliFailure, messageOf } from '../failure.js';
import { backoffMs, parseRetryAfter } from '../http/backoff.js';
import { unreachable } from '../http/http-get.js';
import { failureFromAnswer, failureFromProblem, isBusy, isRecord, problemDetails } from '../http/problem-details.js';
import type { Server } from '../http/server-address.js';
import { openStream } from './open-stream.js';
import { SseReader } from './sse-reader.js';

/** What a stream brings. */
export type StreamMessage =
  /** The stream begins, at this index of the log; once, however often the connection breaks. */
  | { readonly type: 'start'; readonly next: number }
  /** `text` is the server's JSON, as it came. */
  | {
      readonly type: 'event';
      readonly index: number;
      readonly event: unknown;
      readonly personal?: unknown;
      readonly text: string;
    }
  /** The connection broke, and another one is made. */
  | { readonly type: 'lost'; readonly why: string };

/** Which events, as parameters of the route. */
export type StreamQuery = Readonly<Partial<Record<'q' | 'since' | 'from_index' | 'follow', string>>>;

/** In a row, without an event or a heartbeat between them. */
const MAX_FAILURES = 12;
const MAX_PROBLEM_CHARS = 65_536;

type Context = Pick<CommandContext, 'now' | 'random' | 'sleep' | 'signal'>;

/** The connection is gone, and what it was for is not: another one may bring it. */
class Lost extends Error {
  readonly retryAfterMs: number | undefined;

  constructor(message: string, retryAfterMs?: number) {
    super(message);
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * The events of a log, in its order, each once, until the server says that there are no more: a connection that breaks is
 * made anew, and goes on where it was.
 * @throws CliFailure when the server refuses, cannot be reached at first, or not again for some minutes
 */
export async function* eventStream(
  context: Context,
  server: Server,
  query: StreamQuery,
): AsyncGenerator<StreamMessage> {
  let next: number | undefined;
  for (let failures = 0; failures <= MAX_FAILURES; failures++) {
    const resumed = next === undefined ? {} : { from_index: String(next) };
    const url = server.resolve(`api/v1/events/stream?${new URLSearchParams({ ...query, ...resumed })}`);
    try {
      for await (const message of connection(context, server, url)) {
        failures = 0;
        if (next === undefined) yield { type: 'start', next: message.next };
        next = message.next;
        if (message.event !== undefined) yield message.event;
      }
      return;
    } catch (error) {
      context.signal.throwIfAborted();
      if (!(error instanceof Lost)) throw error;
      if (next === undefined || failures === MAX_FAILURES) throw unreachable(url, error);
      yield { type: 'lost', why: error.message };
      await context.sleep(backoffMs(failures + 1, context.random(), error.retryAfterMs), context.signal);
    }
  }
}

interface Received {
  /** Where to go on after it. */
  next: number;
  event?: StreamMessage & { type: 'event' };
}

/** What one connection brings; ends where the server says that there is no more. @throws Lost, CliFailure */
async function* connection(context: Context, server: Server, url: string): AsyncGenerator<Received> {
  const response = await opened(context, server, url);
  const reader = new SseReader();
  try {
    for await (const piece of response) {
      for (const { type, data } of reader.read(piece as string)) {
        const value = parsed(data);
        const { next } = value;
        if (type === 'end') {
          if (value.error === undefined) return;
          throw endOf(value.error, url);
        }
        if (type === 'heartbeat' && typeof next === 'number') yield { next };
        if (type === 'message' && typeof value.index === 'number') {
          const { index, event, personal } = value;
          yield { next: index + 1, event: { type: 'event', index, event, personal, text: data } };
        }
      }
    }
  } catch (error) {
    throw error instanceof Lost || error instanceof CliFailure ? error : new Lost(messageOf(error));
  } finally {
    response.destroy();
  }
  throw new Lost('the connection was closed');
}

async function opened(context: Context, server: Server, url: string): Promise<IncomingMessage> {
  const headers = { accept: 'text/event-stream', ...server.headers };
  const response = await openStream(url, headers, context.signal).catch((error) => {
    throw new Lost(messageOf(error));
  });
  const { statusCode = 0 } = response;
  if (statusCode === 200) return response;
  const text = await problemText(response);
  if (!isBusy(statusCode)) throw failureFromAnswer(statusCode, text, url);
  throw new Lost(
    `the server answered with status ${statusCode}`,
    parseRetryAfter(response.headers['retry-after'], context.now()),
  );
}

async function problemText(response: IncomingMessage): Promise<string> {
  let text = '';
  try {
    for await (const piece of response) {
      text += piece;
      if (text.length > MAX_PROBLEM_CHARS) break;
    }
  } catch {
    // The status says enough.
  }
  return text;
}

/** A server that stops, or a stream that was too slow, is no reason to give up. */
function endOf(error: unknown, url: string): Lost | CliFailure {
  const problem = problemDetails(error);
  const { status = 500, title = 'the server ended the stream' } = problem;
  const isPassing = status >= 500 || status === 408 || isBusy(status);
  return isPassing ? new Lost(title) : failureFromProblem(problem, url);
}

function parsed(data: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(data);
    if (isRecord(value)) return value;
  } catch {
    // Told below.
  }
  throw new Lost('the server sent what is no event');
}
