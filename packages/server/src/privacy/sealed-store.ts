import type { SubjectKeyRange } from '@attestlog/event';
import type { Position, StoredEntry } from '../ports/store.js';

/** An entry with what lies beside it. */
export interface SealedEntry extends StoredEntry {
  /** The sealed items as JSON (`formatSealedItems`); undefined: nothing of the entry is sealed. */
  sealed: string | undefined;
}

/** Whose entries: those of actors with these ids, for whom an actor acted too, and those with items of these tags. */
export interface Person {
  subjects: readonly string[];
  tags: readonly string[];
}

/** What a store knows of sealed data: a part of the event store. */
export interface SealedStore {
  /** The sealed items of entries by their index; at most 1,000 indexes. One without any is absent. */
  sealedAt(tenant: string, indexes: readonly number[]): Promise<Map<number, string>>;

  /** A person's entries with a smaller position, in the order of their indexes, after one of them if it is given. */
  entriesOf(
    tenant: string,
    person: Person,
    options: { afterIndex?: number; before: Position; limit: number },
  ): Promise<SealedEntry[]>;

  /**
   * Puts into the place of every item that lies under one of these keys, whatever its position, a stub that names the
   * erasure (`eraseItems`), and removes its blind index and its tag from everything that is searched. Durable when it
   * resolves. Idempotent; fails with `unavailable` when it may have been carried out in part: repeat it.
   */
  eraseSealed(tenant: string, keys: readonly SubjectKeyRange[], erasure: string): Promise<void>;

  /** How many entries have stubs of an erasure, and for how many fields. */
  countErased(tenant: string, erasure: string): Promise<{ entries: number; fields: number }>;
}
