import { createHash } from 'node:crypto';

const ID_HEX_DIGITS = 40;
/** Texts that are remembered with how often they came; then it begins anew. */
const MAX_REMEMBERED = 10_000;

/** A message of RFC 5424 with a time to the microsecond or finer. */
const PRECISE = /^<\d{1,3}>1 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}/;
const HEAD_BYTES = 64;

/**
 * Ids of messages, so that one that a sender sends again, since a connection broke, is told as a repeat: made of the
 * sender and of every byte, where the message has a time to the microsecond, which hardly any two messages share. A
 * coarser time would make repeats of equal messages of one second; these get any id, and a repeat is recorded twice
 * rather than a message never. Equal ones of one connection are counted: nobody repeats within it.
 */
export class RepeatIds {
  readonly #newId: () => string;
  readonly #times = new Map<string, number>();

  /** For one connection, or for all that comes without any. */
  constructor(newId: () => string) {
    this.#newId = newId;
  }

  next(sender: string, bytes: Buffer): string {
    if (!PRECISE.test(bytes.toString('latin1', 0, HEAD_BYTES))) return this.#newId();
    const digest = createHash('sha256').update(`${sender}\0`).update(bytes).digest('hex').slice(0, ID_HEX_DIGITS);
    if (this.#times.size >= MAX_REMEMBERED) this.#times.clear();
    const before = this.#times.get(digest) ?? 0;
    this.#times.set(digest, before + 1);
    return `syslog-${digest}-${before}`;
  }
}
