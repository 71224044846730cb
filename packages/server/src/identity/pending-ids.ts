import { PortFailure } from '../ports/failure.js';
import type { Journal } from '../ports/journal.js';
import { placeOf, sequenceOf } from '../ports/position.js';
import type { Position } from '../ports/store.js';
import { decodeChunk, type JournalRecord } from '../records/record-codec.js';
import { PositionTable } from './position-table.js';

export interface PendingRecord extends JournalRecord {
  position: Position;
}

/**
 * The ids that are in the journal and not sealed yet: a hash and a position each. A match is confirmed by reading the
 * record itself, so two ids with one hash are never taken for each other.
 */
export class PendingIds {
  /** Of several records with one id the first, since that is the one that will be sealed. */
  readonly #positions = new PositionTable();
  /** The further ones, which are few: an append that was not known to have worked was repeated. */
  #others: { key: number; position: Position }[] = [];
  #sealedBefore: Position = 0;

  get size(): number {
    return this.#positions.size;
  }

  add(key: number, position: Position): void {
    if (position < this.#sealedBefore) return;
    const known = this.#positions.get(key);
    if (known === position) return;
    if (known === undefined || known < this.#sealedBefore) {
      this.#positions.set(key, position);
      return;
    }
    this.#others.push({ key, position: Math.max(known, position) });
    this.#positions.set(key, Math.min(known, position));
  }

  has(key: number): boolean {
    return this.#positions.has(key);
  }

  /** Forgets what is sealed. Entries are nearly in the order of positions; a straggler goes with the next call. */
  forgetBefore(position: Position): void {
    this.#sealedBefore = Math.max(this.#sealedBefore, position);
    this.#positions.removeBefore(position);
    if (this.#others.length === 0) return;
    const others = this.#others.filter((other) => other.position >= position);
    this.#others = [];
    for (const { key, position: pending } of others) this.add(key, pending);
  }

  /**
   * The pending record with this id, or undefined where it is sealed by now, or is another id's.
   * Fails with `unavailable` when the journal no longer has it, but nobody here has heard yet that it is sealed:
   * another sequencer has gone ahead, and this process does not know where to look until its own one catches up.
   */
  async find(journal: Journal, tenant: string, id: string, key: number): Promise<PendingRecord | undefined> {
    const position = this.#positions.get(key);
    if (position === undefined) return undefined;
    const sequence = sequenceOf(position);
    const chunk = (await journal.read(sequence - 1, 1))[0];
    if (chunk === undefined || chunk.sequence !== sequence) {
      if (position < this.#sealedBefore) return undefined;
      throw new PortFailure('unavailable', 'A pending record was sealed elsewhere; where is not known here yet');
    }
    const decoded = decodeChunk(chunk.bytes);
    const record = decoded.records[placeOf(position)];
    return decoded.tenant === tenant && record?.id === id ? { ...record, position } : undefined;
  }
}
