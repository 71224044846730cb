import { entryAsReceived, formatNs, type Sha256Hex } from '@attestlog/event';
import type { IdHasher } from '../identity/id-hash.js';
import type { PendingIds } from '../identity/pending-ids.js';
import type { Clock } from '../ports/clock.js';
import type { Journal } from '../ports/journal.js';
import { positionOf } from '../ports/position.js';
import { decodeChunk } from '../records/record-codec.js';
import type { Arrival } from './item.js';

export interface UncertainIdsLimits {
  /** At the limit the oldest is forgotten: its id may then be given to other content too early. */
  maxIds: number;
  /** The longest that an append which was told to have failed may take to be applied all the same. */
  maxAgeMs: number;
}

/** What was to be written under an id when the append failed. */
interface Attempt {
  receivedAtNs: bigint;
  sha256: string;
  failedAtMs: number;
}

const LIMITS: UncertainIdsLimits = { maxIds: 10_000, maxAgeMs: 10 * 60_000 };
const READ_BYTES = 8 * 1024 * 1024;

/**
 * The ids of appends that failed though they may have been applied, or may yet be. Before such an id is decided about
 * again, the journal is searched for it. Where it is not found, the same content may be written once more, as whichever
 * record comes first is the one that is sealed; other content may not, or the first one could come to light after the
 * second was acknowledged.
 *
 * In memory alone: a process that starts reads the whole journal, so it depends on there being no append of its
 * predecessor under way any more.
 */
export class UncertainIds {
  readonly #attempts = new Map<number, Attempt>();
  readonly #clock: Clock;
  readonly #limits: UncertainIdsLimits;
  /** Every chunk up to and including this one was there before the attempts, or has been searched. */
  #searchedThrough = 0;

  constructor(clock: Clock, limits: UncertainIdsLimits = LIMITS) {
    this.#clock = clock;
    this.#limits = limits;
  }

  get size(): number {
    return this.#attempts.size;
  }

  has(key: number): boolean {
    return this.#attempts.has(key);
  }

  /**
   * Call when an append of these has failed.
   * @param afterSequence a chunk that was in the journal before the append began; 0 if none is known
   */
  add(arrivals: readonly Arrival[], receivedAtNs: bigint, afterSequence: number, sha256: Sha256Hex): void {
    this.#searchedThrough = this.#attempts.size === 0 ? afterSequence : Math.min(this.#searchedThrough, afterSequence);
    const failedAtMs = this.#clock.monotonicMs();
    for (const { key, admitted } of arrivals) {
      if (!admitted.idGiven) continue;
      this.#attempts.delete(key);
      this.#attempts.set(key, { receivedAtNs, sha256: sha256(admitted.entry), failedAtMs });
      if (this.#attempts.size > this.#limits.maxIds) this.#attempts.delete(this.#attempts.keys().next().value!);
    }
  }

  /**
   * Searches what has come into the journal for the ids, and enters those that are there among the pending ones.
   * After that there is no doubt any more about an attempt that was too old before: it is not to be found later.
   */
  async search(journal: Journal, pendingIds: PendingIds, hasher: IdHasher): Promise<void> {
    const begunMs = this.#clock.monotonicMs();
    let after = this.#searchedThrough;
    for (;;) {
      const chunks = await journal.read(after, READ_BYTES);
      for (const { sequence, bytes } of chunks) {
        const { tenant, records } = decodeChunk(bytes);
        records.forEach(({ id }, place) => {
          const key = hasher.key(tenant, id);
          if (this.#attempts.has(key)) pendingIds.add(key, positionOf(sequence, place));
        });
        after = sequence;
      }
      if (chunks.length === 0) break;
    }
    this.#searchedThrough = Math.max(this.#searchedThrough, after);
    this.#forgetBefore(begunMs - this.#limits.maxAgeMs);
  }

  /** Whether this arrival has other content than the attempt that failed. */
  differs({ key, admitted: { entry, timeGiven } }: Arrival, sha256: Sha256Hex): boolean {
    const attempt = this.#attempts.get(key);
    if (attempt === undefined) return false;
    return sha256(entryAsReceived(entry, formatNs(attempt.receivedAtNs), timeGiven)) !== attempt.sha256;
  }

  #forgetBefore(timeMs: number): void {
    for (const [key, { failedAtMs }] of this.#attempts) {
      if (failedAtMs >= timeMs) return;
      this.#attempts.delete(key);
    }
  }
}
