import { canonicalJson, UnacceptableJsonError } from '@attestlog/event/sdk';
import { type PinnedKeys, TlogError, type VerifiedReceipt, verifyReceipt } from '@attestlog/tlog';
import { clientError, isRecord } from '../attestlog-error.js';
import type { ReadHttp } from '../http/read-http.js';
import type { CallOptions } from '../http/read-options.js';
import { segment } from '../http/request-parts.js';
import type { FoundEvent } from '../search/found-event.js';
import type { RecordedEvent } from '../search/recorded-event.js';
import { type LogKeys, pinnedOf } from './log-keys.js';
import type { KeyOptions, ProvenEvent } from './proven.js';

/** A receipt that was kept, and the event that it is of. */
export interface CheckReceipt {
  readonly receipt: string;
  /** As the server gave it; not some of its fields. */
  readonly event: RecordedEvent;
  /** The log's verifier keys. */
  readonly keys: readonly string[];
  readonly origin?: string | undefined;
}

/** {@link Proofs.receipt} */
export async function receipt(
  http: ReadHttp,
  logKeys: LogKeys,
  id: string,
  { keys, origin, ...options }: KeyOptions & CallOptions,
): Promise<ProvenEvent> {
  const path = `api/v1/events/${segment(id)}`;
  const pinned = await logKeys.pinned(keys, options);
  const { event, index } = await http.json<FoundEvent>({ path }, options);
  const text = await http.text({ path: `${path}/receipt`, headers: { accept: 'text/plain' } }, options);
  const proven = prove(text, event, pinned, origin);
  // The proof of another event proves nothing of this one.
  if (proven.id !== id) throw invalidReceipt('the event that came has another id than the one that was asked for');
  if (proven.index !== index) throw invalidReceipt('it is of another place in the log than the server says');
  return { ...proven, trust: pinned.trust };
}

/** {@link Proofs.checkReceipt} */
export function checkReceipt({ receipt, event, keys, origin }: CheckReceipt): Omit<ProvenEvent, 'trust'> {
  return prove(receipt, event, pinnedOf(keys, 'given'), origin);
}

function prove(
  text: string,
  event: RecordedEvent,
  { keys, verifiers }: PinnedKeys,
  expected: string | undefined,
): Omit<ProvenEvent, 'trust'> {
  let proven: VerifiedReceipt;
  try {
    if (!isRecord(event)) throw invalidReceipt('there is no event');
    proven = verifyReceipt(text, new TextEncoder().encode(canonicalJson(event)), verifiers, expected);
  } catch (error) {
    if (error instanceof TlogError) throw invalidReceipt(`${error.code}: ${error.message}`, error);
    if (error instanceof UnacceptableJsonError) throw invalidReceipt('the event is none that a log can have', error);
    throw error;
  }
  const { index, origin, size, root, cosignatures } = proven;
  const base64 = Buffer.from(root).toString('base64');
  return { id: event.id, index, event, receipt: text, origin, size, root: base64, cosignatures, keys };
}

function invalidReceipt(detail: string, cause?: unknown): Error {
  return clientError('receipt-invalid', 'The receipt does not prove the event', detail, cause);
}
