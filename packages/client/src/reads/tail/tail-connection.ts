import { AttestlogError, errorOfProblem, isBusy, isRecord } from '../attestlog-error.js';
import type { OpenAnswer } from '../http/open-answer.js';
import type { ReadHttp } from '../http/read-http.js';
import type { CallOptions } from '../http/read-options.js';
import { unreachable } from '../http/unreachable.js';
import type { FoundEvent } from '../search/found-event.js';
import { SseReader } from './sse-reader.js';

/** Which events are followed, and from where on. */
export interface TailQuery {
  /** In the search syntax; absent: all. */
  readonly q?: string | undefined;
  /** Exactly this id of an actor, exactly this action. */
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  /** Begin with the event at this index of the log. Without it and `since`: with what is sealed from now on. */
  readonly from?: number | undefined;
  /** Begin with what was received at this time or later, RFC 3339. */
  readonly since?: string | undefined;
  /** False: end at the end of the log. */
  readonly follow?: boolean | undefined;
}

/** An event as a stream brings it. */
export interface TailEvent extends FoundEvent {
  /** The server's JSON, as it came: the entry in it is byte for byte what the log proves. */
  readonly text: string;
}

/** A message of a stream. */
export interface Received {
  /** Where to go on after it. */
  readonly next: number;
  readonly event?: TailEvent;
}

/** The connection is gone, and what it was for is not: another one may bring it. */
export class Lost extends Error {
  readonly why: AttestlogError;

  constructor(why: AttestlogError) {
    super(why.message);
    this.why = why;
  }
}

/** The server sends a heartbeat several times in so long: after it, the connection is dead. */
const MAX_SILENCE_MS = 60_000;
const PATH = 'api/v1/events/stream';

/**
 * What one connection brings; ends where the server says that there is no more.
 *
 * Server-sent events over `fetch`: they run wherever there is a `fetch`, carry the credential in a header, as neither an
 * `EventSource` nor a browser's `WebSocket` can, and are read by pulling: what is not taken stays at the server.
 *
 * @param from where to go on; undefined: where the query begins
 * @throws Lost, AttestlogError
 */
export async function* openTail(
  http: ReadHttp,
  query: TailQuery,
  from: number | undefined,
  options: CallOptions,
): AsyncGenerator<Received, void, undefined> {
  const { from: first, ...which } = query;
  const headers = { accept: 'text/event-stream' };
  try {
    const answer = await http.open({ path: PATH, query: { ...which, from_index: from ?? first }, headers }, options);
    if (yield* messagesOf(answer, http.resolve(PATH))) return;
  } catch (error) {
    throw isPassing(error) ? new Lost(error) : error;
  }
  throw new Lost(unreachable(http.resolve(PATH), new Error('the connection was closed')));
}

/** @returns whether the server has said that there is no more; else the connection was closed */
async function* messagesOf(answer: OpenAnswer, url: string): AsyncGenerator<Received, boolean, undefined> {
  const decoder = new TextDecoder();
  const reader = new SseReader();
  try {
    for await (const piece of answer.pieces(MAX_SILENCE_MS)) {
      for (const { type, data } of reader.read(decoder.decode(piece, { stream: true }))) {
        const value = parsed(data);
        if (type === 'end') {
          if (value.error === undefined) return true;
          throw errorOfProblem(value.error, statusOf(value.error));
        }
        const received = receivedOf(type, value, data);
        if (received !== undefined) yield received;
      }
    }
    return false;
  } catch (error) {
    throw error instanceof AttestlogError ? error : unreachable(url, error);
  }
}

function receivedOf(type: string, value: Record<string, unknown>, text: string): Received | undefined {
  const { next, index } = value;
  if (type === 'heartbeat' && typeof next === 'number') return { next };
  if (type !== 'message' || typeof index !== 'number') return undefined;
  return { next: index + 1, event: { ...(value as unknown as FoundEvent), text } };
}

/** A server that stops, or a stream that was too slow, is no reason to give up. */
function isPassing(error: unknown): error is AttestlogError {
  if (!(error instanceof AttestlogError)) return false;
  const { code, status } = error;
  return code === 'unreachable' || status >= 500 || status === 408 || isBusy(status);
}

function statusOf(problem: unknown): number {
  return isRecord(problem) && typeof problem.status === 'number' ? problem.status : 500;
}

function parsed(data: string): Record<string, unknown> {
  const value: unknown = JSON.parse(data);
  if (isRecord(value)) return value;
  throw new SyntaxError('the server sent what is no event');
}
