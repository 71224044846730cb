import { isPlainObject } from '@attestlog/event/sdk';
import type { Settlement } from './pending-event.js';

/** What an answer to a batch means for its events. */
export type Answer =
  | { readonly kind: 'settled'; readonly settlements: readonly Settlement[] }
  /** The server will not take the batch as it is, because of some event in it or because of its size. */
  | { readonly kind: 'unacceptable'; readonly code: string; readonly reason: string }
  /** Nothing for this tenant will ever be taken. */
  | { readonly kind: 'refused'; readonly code: string; readonly reason: string }
  | Retry;

export interface Retry {
  readonly kind: 'retry';
  /** Who else would be answered alike: everybody, the events of this tenant, or perhaps this event only. */
  readonly scope: 'server' | 'tenant' | 'event';
  readonly code: string;
  readonly message: string;
  readonly retryAfterMs?: number | undefined;
  /** Smaller batches may get through. */
  readonly isSmallerBetter?: boolean;
}

/** How the server spoke, as far as it matters here. */
export interface RawAnswer {
  readonly status: number;
  readonly retryAfterMs: number | undefined;
  readonly text: string;
}

/** Understands an answer of `POST /api/v1/events/batch` to so many events. What is not understood is tried again. */
export function answerOf(raw: RawAnswer, events: number): Answer {
  const { status, text } = raw;
  const body = parsed(text);
  if (status === 200 || status === 201 || status === 207) return settledOf(body, events);
  const code = typeof body.code === 'string' ? body.code : `http-${status}`;
  const reason = [body.title, body.detail].filter((part) => typeof part === 'string').join(': ') || `HTTP ${status}`;
  switch (status) {
    case 409:
    case 413:
    case 422:
      return { kind: 'unacceptable', code, reason };
    case 400:
      return { kind: code === 'tenant-invalid' ? 'refused' : 'unacceptable', code, reason };
    case 410:
      return { kind: 'refused', code, reason };
    default:
      return retryOf(raw, code, reason);
  }
}

function retryOf({ status, retryAfterMs }: RawAnswer, code: string, message: string): Retry {
  const retry = { kind: 'retry', code, message, retryAfterMs } as const;
  const isQuota = code === 'quota-exceeded';
  if (isQuota) return { ...retry, scope: 'tenant', isSmallerBetter: true };
  // What an operator can mend (a role, a suspension) is no reason to give events up.
  if (status === 403) return { ...retry, scope: 'tenant' };
  return { ...retry, scope: status === 500 ? 'event' : 'server' };
}

function settledOf(body: Record<string, unknown>, events: number): Answer {
  const { results } = body;
  const settlements = Array.isArray(results) ? results.map(settlementOf) : [];
  if (settlements.length === events && settlements.every((settlement) => settlement !== undefined)) {
    return { kind: 'settled', settlements };
  }
  const message = 'The answer cannot be understood; is this the URL of an Attestlog server?';
  return { kind: 'retry', scope: 'server', code: 'answer-unreadable', message };
}

function settlementOf(result: unknown): Settlement | undefined {
  const item = isPlainObject(result) ? result : {};
  switch (item.status) {
    case 'stored':
    case 'duplicate':
      return { state: 'acknowledged' };
    case 'left_out':
      return { state: 'not-recorded', reason: String(item.reason) };
    case 'conflict':
      return { state: 'refused', code: 'id-conflict', reason: 'Another event with this id is recorded already' };
    case 'refused':
      return { state: 'refused', ...problemOf(item.problems) };
    default:
      return undefined;
  }
}

/** The first problem by its code and its place; what it says of the value stays out. */
function problemOf(problems: unknown): { code: string; reason: string } {
  const first: unknown = Array.isArray(problems) ? problems[0] : undefined;
  const { code, pointer } = isPlainObject(first) ? first : {};
  const name = typeof code === 'string' ? code : 'event-invalid';
  return { code: name, reason: typeof pointer === 'string' && pointer !== '' ? `${name} at ${pointer}` : name };
}

function parsed(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return isPlainObject(value) ? value : {};
  } catch {
    return {};
  }
}
