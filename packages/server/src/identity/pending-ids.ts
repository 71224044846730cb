import type { Journal } from '../ports/journal.js';
import { placeOf, sequenceOf } from '../ports/position.js';
import type { Position } from '../ports/store.js';
import { decodeChunk, type JournalRecord } from '../records/record-codec.js';

export interface PendingRecord extends JournalRecord {
  position: Position;
}

/**
 * The ids that are in the journal and not sealed yet: a hash and a position each. A match is confirmed by reading the
 * record itself, so two ids with one hash are never taken for each other.
 */
export class PendingIds {
  readonly #positions = new Map<number, Position>();
  #sealedBefore: Position = 0;

  get size(): number {
    return this.#positions.size;
  }

  add(key: number, position: Position): void {
    if (position >= this.#sealedBefore) this.#positions.set(key, position);
  }

  has(key: number): boolean {
    return this.#positions.has(key);
  }

  /** Forgets what is sealed. Entries are nearly in the order of positions; a straggler goes with the next call. */
  forgetBefore(position: Position): void {
    this.#sealedBefore = Math.max(this.#sealedBefore, position);
    for (const [key, pending] of this.#positions) {
      if (pending >= position) return;
      this.#positions.delete(key);
    }
  }

  /** The pending record with this id, or undefined where the journal has none (any more). */
  async find(journal: Journal, tenant: string, id: string, key: number): Promise<PendingRecord | undefined> {
    const position = this.#positions.get(key);
    if (position === undefined) return undefined;
    const sequence = sequenceOf(position);
    const chunk = (await journal.read(sequence - 1, 1))[0];
    if (chunk === undefined || chunk.sequence !== sequence) return undefined;
    const decoded = decodeChunk(chunk.bytes);
    const record = decoded.records[placeOf(position)];
    return decoded.tenant === tenant && record?.id === id ? { ...record, position } : undefined;
  }
}
