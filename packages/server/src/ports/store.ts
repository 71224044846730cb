/**
 * The event store: sealed entries, searchable, and the hashes of every tenant's tree.
 *
 * Visibility is the caller's: rows are in the store before the tree heads that cover them are committed, so every
 * read names the position below which entries are committed, and the store adds that condition and the tenant's.
 *
 * A read with {@link ReadOptions} is a query that somebody asked for. It fails with `cancelled` once its signal is
 * aborted, and with `exhausted` where it would need more than a query may use; what the server reads for itself never
 * waits for it.
 *
 * One machine: chDB. Past one machine: ClickHouse.
 */

import type { SubjectKeyRange } from '@attestlog/event';
import type { Aggregate, Aggregation } from './aggregation.js';
import type { EntryFraming } from './entry-framing.js';
import type { CountQuery, PageQuery } from './event-selection.js';
import type { Position } from './position.js';
import type { ReadOptions } from './read-options.js';
import type { EntryScan } from './scan.js';
import type { StoredEntry } from './stored-entry.js';

export type { CountQuery, EntryOrder, EntryPlace, EventSelection, PageQuery } from './event-selection.js';

export type { Position, StoredEntry };

/**
 * The rows of a batch by columns: value i of each belongs to row i. A batch has tens of thousands of rows, and an
 * object for each would cost more than the rest of its way. `batch-columns.ts` turns rows into columns and back.
 */
export interface EventColumns {
  /** For each row its tenant's place in {@link SealedBatch.tenants}. As long as the number of rows. */
  tenantOf: Uint32Array;
  /** The entry's leaf index in its tenant's tree. */
  indexes: Float64Array;
  positions: Float64Array;
  /** The entries' canonical JSON, one after another. Every searchable column is derived from it, inside the engine. */
  entries: Uint8Array;
  /** Entry i is `entries` from offset i up to offset i + 1; so there is one offset more than rows. */
  entryOffsets: Uint32Array;
  /** What lies beside each entry for its sealed fields (`formatSealedItems`), in the same way; empty where nothing does. */
  sealed: Uint8Array;
  sealedOffsets: Uint32Array;
}

/** By columns as well: hashes that belong into a tile, each the root of 256^level leaves. */
export interface NodeColumns {
  tenantOf: Uint32Array;
  levels: Uint8Array;
  /** Index of the node at its level. */
  indexes: Float64Array;
  /** 32 bytes each, one after another. */
  hashes: Uint8Array;
}

/** Nobody writes to any of it before its insert has resolved; and never where that has failed. */
export interface SealedBatch {
  /** Names this batch for ever. The same token always comes with the same rows. */
  token: string;
  /** Every tenant with a row in the batch. */
  tenants: readonly string[];
  events: EventColumns;
  nodes: NodeColumns;
}

/** Whose entries: those of actors with these ids, for whom an actor acted too, and those with items of these tags. */
export interface Person {
  subjects: readonly string[];
  tags: readonly string[];
}

export interface PersonPage {
  /** Only entries with a larger index. */
  afterIndex?: number;
  /** Only entries with a smaller position. */
  before: Position;
  limit: number;
}

/** What the stubs of an erasure come to. */
export interface ErasedCount {
  entries: number;
  fields: number;
}

/** One (id, time) to look up. Without a time the look-up goes through the index on ids, which costs more. */
export interface EntryKey {
  id: string;
  timeNs?: bigint;
}

export interface ReceivedId {
  tenant: string;
  id: string;
  receivedAtNs: bigint;
}

/** What a tenant's entries of one day come to. */
export interface DayUsage {
  /** Day of receipt in UTC, as the number of days since 1970. */
  day: number;
  events: number;
  /** Bytes of the entries. */
  bytes: number;
}

/** Fields whose values a tenant's entries are counted by: those that say what kind of event it is. */
export const usageKinds = ['action', 'category', 'operation', 'outcome', 'severity'] as const;
export type UsageKind = (typeof usageKinds)[number];

/** What a tenant's entries with one value of a field come to. */
export interface KindUsage {
  /** The value; '' for entries without the field. */
  name: string;
  events: number;
  /** Bytes of the entries. */
  bytes: number;
}

/** Which entries are counted. */
export interface UsageByKindQuery {
  kind: UsageKind;
  /** Days of receipt in UTC as numbers of days since 1970, both inclusive. */
  fromDay: number;
  toDay: number;
  before: Position;
  /** At most so many values. */
  limit: number;
}

export interface EventStore extends EntryScan {
  /** The entries of whole logs, in a store that can frame them itself. */
  readonly framing?: EntryFraming;

  /**
   * Inserts all rows of a batch. Durable when it resolves, visible to every read from then on.
   * Idempotent by token, also after a crash and after a failure that had been applied in part: repeating the call
   * completes it and doubles nothing. Tokens are remembered for at least the last 1,000 batches.
   * Fails with `unavailable` or `full`: rows may be there in part; repeat the same call.
   */
  insert(batch: SealedBatch): Promise<void>;

  /** A page of entries in the order of their event times. */
  page(query: PageQuery, options?: ReadOptions): Promise<StoredEntry[]>;

  /** How many entries there are, up to where the counting stops. */
  count(query: CountQuery, options?: ReadOptions): Promise<number>;

  /** Counts and other measures of entries by the values of their fields and by time. */
  aggregate(query: Aggregation, options?: ReadOptions): Promise<Aggregate>;

  /** The entry with this id, the one with the smallest index where there were several. */
  findById(tenant: string, id: string, before: Position, options?: ReadOptions): Promise<StoredEntry | undefined>;

  /** Every entry that has one of these keys; at most 1,000 keys a call. Without a time, only the id counts. */
  findByKeys(
    tenant: string,
    keys: readonly EntryKey[],
    before: Position,
    options?: ReadOptions,
  ): Promise<StoredEntry[]>;

  /** The entries with indexes in [fromIndex, toIndex), in order. One that was removed by retention is absent. */
  entries(tenant: string, fromIndex: number, toIndex: number, options?: ReadOptions): Promise<StoredEntry[]>;

  /**
   * The hashes of nodes [fromIndex, toIndex) of a tile level, concatenated (32 bytes each).
   * Fails with `corrupt` when one of them is absent.
   */
  nodeHashes(tenant: string, level: number, fromIndex: number, toIndex: number): Promise<Uint8Array>;

  /**
   * The ids of the entries with a smaller position that were received at or after a time (nanoseconds since the
   * epoch), of all tenants, in no order, as they stream in: what the index of recent ids is rebuilt from.
   */
  idsReceivedSince(receivedSinceNs: bigint, before: Position): AsyncIterable<ReceivedId[]>;

  /** What the entries of these days (both inclusive) come to, in the order of days; days without any are left out. */
  usageByDay(
    tenant: string,
    fromDay: number,
    toDay: number,
    before: Position,
    options?: ReadOptions,
  ): Promise<DayUsage[]>;

  /** What the entries come to by the values of a field: those with the most events first, then by name. */
  usageByKind(tenant: string, query: UsageByKindQuery, options?: ReadOptions): Promise<KindUsage[]>;

  /** A page of a person's entries, in the order of their indexes. */
  entriesOf(tenant: string, person: Person, page: PersonPage, options?: ReadOptions): Promise<StoredEntry[]>;

  /**
   * Puts into the place of every item that lies under one of these keys, whatever its position, a stub that names the
   * erasure (`eraseItems`), and removes its tag and its blind indexes from everything that is searched. Every read from
   * then on sees it. At most 1,000 keys a call. Durable when it resolves. Idempotent; inserts may go on meanwhile, and
   * what they bring is not erased for sure. Fails with `unavailable` or `full` when it may have been carried out in
   * part, or still goes on: repeat it.
   *
   * The bytes that held the items leave the store's files some minutes later. That nobody reads them in a copy of those
   * files is for the destroyed key to make sure of.
   */
  eraseSealed(tenant: string, keys: readonly SubjectKeyRange[], erasure: string): Promise<void>;

  /** How many entries have stubs of an erasure, and for how many fields. */
  countErased(tenant: string, erasure: string, options?: ReadOptions): Promise<ErasedCount>;

  /** Removes every entry of a tenant for good, and keeps its tree. Idempotent; durable when it resolves. */
  deleteEntries(tenant: string): Promise<void>;

  /** Proves that the store can read and write its files now. Rejects with the reason. */
  check(): Promise<void>;

  /** Waits for queries and inserts under way, then releases everything. */
  close(): Promise<void>;
}
