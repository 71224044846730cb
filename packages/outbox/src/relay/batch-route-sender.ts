import {
  type Answer,
  gzipStream,
  type PostParts,
  postBatch,
  type Retry,
  type Settlement,
} from '@attestlog/client/batch';
import type { EventSender, SendAnswer, SendFailure, Verdict } from './event-sender.js';

/** What the server takes in one request. */
const REQUEST_MAX_EVENTS = 1000;

export interface ServerOptions {
  /** Of the server: `https://audit.example.com`. */
  url: string;
  /** The key, or what gives one: it is asked for each request, and after a 401 with `rejected`. */
  apiKey: string | ((reason: 'request' | 'rejected') => string | Promise<string>);
  /** For events that name none; else the credential's own. */
  tenant?: string;
  /** 20 seconds by default. */
  requestTimeoutMs?: number;
  /** Largest request before compression, in characters; 1 MiB by default. */
  requestMaxChars?: number;
  /** true by default. */
  compress?: boolean;
  fetch?: typeof globalThis.fetch;
}

/** Sends to the batch route of a server. Requests of one call go one after the other, so that the order holds. */
export function batchRouteSender(options: ServerOptions): EventSender {
  const { apiKey, requestMaxChars = 1024 * 1024 } = options;
  const parts: PostParts = {
    server: {
      url: options.url.replace(/\/+$/, ''),
      credential: typeof apiKey === 'function' ? apiKey : () => apiKey,
      tenant: options.tenant,
    },
    world: { fetch: options.fetch ?? globalThis.fetch, nowMs: Date.now, after },
    requestTimeoutMs: options.requestTimeoutMs ?? 20_000,
    gzip: options.compress === false ? undefined : gzipStream(),
  };
  let wasRejected = false;
  const post = async (events: readonly string[], tenant: string | undefined, signal: AbortSignal): Promise<Answer> => {
    const first = await postBatch(parts, { tenant, events, wasRejected, signal });
    wasRejected = first.status === 401;
    if (!wasRejected || typeof apiKey !== 'function') return first.answer;
    // A key that has just expired is no reason to wait.
    const second = await postBatch(parts, { tenant, events, wasRejected, signal });
    wasRejected = second.status === 401;
    return second.answer;
  };
  return {
    async send(events, tenant, signal) {
      const verdicts: Verdict[] = [];
      for (const piece of pieces(events, requestMaxChars)) {
        const answer = await sendPiece(piece, (some) => post(some, tenant, signal));
        verdicts.push(...answer.verdicts);
        if (answer.failure !== undefined) return { verdicts, failure: answer.failure };
      }
      return { verdicts };
    },
  };
}

/** Sends a piece; one that the server cannot take as a whole is halved, until it is clear which event is to blame. */
async function sendPiece(
  events: readonly string[],
  post: (events: readonly string[]) => Promise<Answer>,
): Promise<SendAnswer> {
  const answer = await post(events);
  switch (answer.kind) {
    case 'settled':
      return { verdicts: answer.settlements.map(verdictOf) };
    case 'retry':
      return { verdicts: [], failure: failureOf(answer) };
    case 'refused':
      // Of a tenant that is gone or has no possible name, every event is refused.
      return { verdicts: events.map(() => ({ state: 'refused', code: answer.code, reason: answer.reason })) };
    case 'unacceptable': {
      if (events.length === 1) return { verdicts: [{ state: 'refused', code: answer.code, reason: answer.reason }] };
      const half = Math.ceil(events.length / 2);
      const first = await sendPiece(events.slice(0, half), post);
      if (first.failure !== undefined) return first;
      const second = await sendPiece(events.slice(half), post);
      return { ...second, verdicts: [...first.verdicts, ...second.verdicts] };
    }
  }
}

function verdictOf(settlement: Settlement): Verdict {
  if (settlement.state !== 'refused') return { state: 'done' };
  return { state: 'refused', code: settlement.code, reason: settlement.reason };
}

function failureOf({ scope, code, message, retryAfterMs }: Retry): SendFailure {
  return { scope, code, message, retryAfterMs };
}

function* pieces(events: readonly string[], maxChars: number): Generator<readonly string[]> {
  let from = 0;
  let chars = 0;
  for (let place = 0; place < events.length; place++) {
    const { length } = events[place]!;
    if (place > from && (place - from === REQUEST_MAX_EVENTS || chars + length > maxChars)) {
      yield events.slice(from, place);
      from = place;
      chars = 0;
    }
    chars += length;
  }
  if (from < events.length) yield events.slice(from);
}

function after(delayMs: number, work: () => void): () => void {
  const timer = setTimeout(work, delayMs);
  return () => clearTimeout(timer);
}
