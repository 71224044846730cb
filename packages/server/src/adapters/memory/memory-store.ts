import {
  eraseItems,
  formatSealedItems,
  isErased,
  parseSealedItems,
  type SealedItems,
  type SubjectKeyRange,
} from '@attestlog/event';
import type { Aggregate, Aggregation } from '../../ports/aggregation.js';
import { eventRows, nodeRows, type TreeNodeRow } from '../../ports/batch-columns.js';
import { PortFailure } from '../../ports/failure.js';
import type { ReadOptions } from '../../ports/read-options.js';
import type { LineForm, ScanQuery } from '../../ports/scan.js';
import type {
  CountQuery,
  DayUsage,
  EntryKey,
  ErasedCount,
  EventStore,
  KindUsage,
  PageQuery,
  Person,
  PersonPage,
  Position,
  ReceivedId,
  SealedBatch,
  StoredEntry,
  UsageByKindQuery,
  UsageKind,
} from '../../ports/store.js';
import { entryFields } from './entry-fields.js';
import { aggregateEntries } from './memory-aggregate.js';
import { MemoryHandle, type MemoryHandleOptions } from './memory-handle.js';
import { MemoryReads } from './memory-reads.js';
import type { MemoryStoreState, StoredRow } from './memory-rows.js';
import { MemoryScan } from './memory-scan.js';
import { isSelected, newestFirst, oldestFirst } from './selected-rows.js';

export function openMemoryStore(state: MemoryStoreState, options: MemoryHandleOptions = {}): EventStore {
  return new MemoryStore(state, options);
}

const MAX_KEYS = 1000;
const DAY_NS = 86_400_000_000_000n;
const IDS_PER_BATCH = 1000;

class MemoryStore implements EventStore {
  readonly #state: MemoryStoreState;
  readonly #handle: MemoryHandle;
  readonly #reads: MemoryReads;
  readonly #scan: MemoryScan;

  constructor(state: MemoryStoreState, options: MemoryHandleOptions) {
    this.#state = state;
    this.#handle = new MemoryHandle('store', options);
    this.#reads = new MemoryReads(state, this.#handle);
    this.#scan = new MemoryScan(state, this.#handle);
  }

  insert(batch: SealedBatch): Promise<void> {
    return this.#handle.run('insert', () => this.#insert(batch));
  }

  page({ order, after, limit, ...selection }: PageQuery, options?: ReadOptions): Promise<StoredEntry[]> {
    return this.#reads.run('page', options, () => {
      const inOrder = order === 'oldest' ? oldestFirst : newestFirst;
      return this.#state.rows
        .filter(isSelected(selection))
        .filter((row) => after === undefined || inOrder(after, row) < 0)
        .sort(inOrder)
        .slice(0, Math.max(limit, 0))
        .map(storedEntry);
    });
  }

  count({ atMost = Number.POSITIVE_INFINITY, ...selection }: CountQuery, options?: ReadOptions): Promise<number> {
    return this.#reads.run('count', options, () =>
      Math.min(this.#state.rows.filter(isSelected(selection)).length, atMost),
    );
  }

  aggregate(query: Aggregation, options?: ReadOptions): Promise<Aggregate> {
    return this.#reads.run('aggregate', options, () =>
      aggregateEntries(this.#state.rows.filter(isSelected(query)), query),
    );
  }

  findById(tenant: string, id: string, before: Position, options?: ReadOptions): Promise<StoredEntry | undefined> {
    return this.#reads.run('findById', options, () => {
      const [first] = this.#committed(tenant, before)
        .filter((row) => row.id === id)
        .sort((a, b) => a.index - b.index);
      return first && storedEntry(first);
    });
  }

  findByKeys(
    tenant: string,
    keys: readonly EntryKey[],
    before: Position,
    options?: ReadOptions,
  ): Promise<StoredEntry[]> {
    return this.#reads.run('findByKeys', options, () => {
      if (keys.length > MAX_KEYS) throw new PortFailure('refused', `store: more than ${MAX_KEYS} keys`);
      const isWanted = (row: StoredRow) =>
        keys.some(({ id, timeNs }) => id === row.id && (timeNs === undefined || timeNs === row.timeNs));
      return this.#committed(tenant, before).filter(isWanted).map(storedEntry);
    });
  }

  entries(tenant: string, fromIndex: number, toIndex: number, options?: ReadOptions): Promise<StoredEntry[]> {
    return this.#reads.run('entries', options, () =>
      this.#state.rows
        .filter((row) => row.tenant === tenant && row.index >= fromIndex && row.index < toIndex)
        .sort((a, b) => a.index - b.index)
        .map(storedEntry),
    );
  }

  nodeHashes(tenant: string, level: number, fromIndex: number, toIndex: number): Promise<Uint8Array> {
    return this.#handle.run('nodeHashes', () => {
      const hashes: Uint8Array[] = [];
      for (let index = fromIndex; index < toIndex; index += 1) {
        const [hash, another] = this.#state.nodes.get(nodeKey({ tenant, level, index })) ?? [];
        if (!hash || another) {
          throw new PortFailure('corrupt', `store: ${another ? 'two hashes' : 'no hash'} at ${level}/${index}`);
        }
        hashes.push(hash);
      }
      return new Uint8Array(Buffer.concat(hashes));
    });
  }

  async *idsReceivedSince(receivedSinceNs: bigint, before: Position): AsyncGenerator<ReceivedId[]> {
    const ids = await this.#handle.run('idsReceivedSince', () =>
      this.#state.rows
        .filter((row) => row.position < before && row.receivedNs >= receivedSinceNs)
        .map(({ tenant, id, receivedNs }) => ({ tenant, id, receivedAtNs: receivedNs })),
    );
    for (let start = 0; start < ids.length; start += IDS_PER_BATCH) yield ids.slice(start, start + IDS_PER_BATCH);
  }

  scan(query: ScanQuery, options?: ReadOptions): AsyncIterable<StoredEntry[]> {
    return this.#scan.scan(query, options);
  }

  lines(query: ScanQuery, form: LineForm, options?: ReadOptions): AsyncIterable<Uint8Array> {
    return this.#scan.lines(query, form, options);
  }

  usageByDay(
    tenant: string,
    fromDay: number,
    toDay: number,
    before: Position,
    options?: ReadOptions,
  ): Promise<DayUsage[]> {
    return this.#reads.run('usageByDay', options, () => {
      const usage = new Map<number, DayUsage>();
      for (const { receivedNs, entry } of this.#committed(tenant, before)) {
        const day = Number(receivedNs / DAY_NS);
        if (day < fromDay || day > toDay) continue;
        const { events, bytes } = usage.get(day) ?? { events: 0, bytes: 0 };
        usage.set(day, { day, events: events + 1, bytes: bytes + entry.length });
      }
      return [...usage.values()].sort((a, b) => a.day - b.day);
    });
  }

  usageByKind(tenant: string, query: UsageByKindQuery, options?: ReadOptions): Promise<KindUsage[]> {
    const { kind, fromDay, toDay, before, limit } = query;
    return this.#reads.run('usageByKind', options, () => {
      const usage = new Map<string, KindUsage>();
      for (const { receivedNs, entry } of this.#committed(tenant, before)) {
        const day = Number(receivedNs / DAY_NS);
        if (day < fromDay || day > toDay) continue;
        const event = JSON.parse(Buffer.from(entry).toString('utf8')) as Partial<Record<UsageKind, string>>;
        const name = event[kind] ?? '';
        const { events, bytes } = usage.get(name) ?? { events: 0, bytes: 0 };
        usage.set(name, { name, events: events + 1, bytes: bytes + entry.length });
      }
      const byEvents = (a: KindUsage, b: KindUsage) => b.events - a.events || (a.name < b.name ? -1 : 1);
      return [...usage.values()].sort(byEvents).slice(0, limit);
    });
  }

  entriesOf(tenant: string, person: Person, page: PersonPage, options?: ReadOptions): Promise<StoredEntry[]> {
    const { afterIndex = -1, before, limit } = page;
    return this.#reads.run('entriesOf', options, () =>
      this.#committed(tenant, before)
        .filter((row) => row.index > afterIndex && isOf(row, person))
        .sort((a, b) => a.index - b.index)
        .slice(0, Math.max(limit, 0))
        .map(storedEntry),
    );
  }

  eraseSealed(tenant: string, keys: readonly SubjectKeyRange[], erasure: string): Promise<void> {
    return this.#handle.run('eraseSealed', () => {
      if (keys.length > MAX_KEYS) throw new PortFailure('refused', `store: more than ${MAX_KEYS} keys`);
      for (const row of this.#state.rows) {
        const erased = row.tenant === tenant ? eraseItems(itemsOf(row), keys, erasure) : undefined;
        if (erased !== undefined) row.sealed = formatSealedItems(erased);
      }
    });
  }

  countErased(tenant: string, erasure: string, options?: ReadOptions): Promise<ErasedCount> {
    return this.#reads.run('countErased', options, () => {
      const count = { entries: 0, fields: 0 };
      for (const row of this.#state.rows) {
        if (row.tenant !== tenant) continue;
        const stubs = itemsOf(row).filter((item) => isErased(item) && item.e === erasure);
        count.entries += stubs.length > 0 ? 1 : 0;
        for (const { f } of stubs) count.fields += f.length;
      }
      return count;
    });
  }

  deleteEntries(tenant: string): Promise<void> {
    return this.#handle.run('deleteEntries', () => {
      const { rows } = this.#state;
      const kept = rows.filter((row) => row.tenant !== tenant);
      rows.splice(0, rows.length, ...kept);
    });
  }

  check(): Promise<void> {
    return this.#handle.run('check', () => undefined);
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  #committed(tenant: string, before: Position): StoredRow[] {
    return this.#state.rows.filter((row) => row.tenant === tenant && row.position < before);
  }

  #insert(batch: SealedBatch): void {
    const { token } = batch;
    const { rows, nodes: stored, applied } = this.#state;
    const known = applied.get(token) ?? new Set<string>();
    applied.set(token, known);
    const isNew = (name: string) => !known.has(name) && known.add(name);
    for (const row of eventRows(batch)) {
      if (isNew(`event ${row.index} ${row.tenant}`)) {
        const entry = new Uint8Array(row.entry);
        rows.push({ ...row, entry, sealed: row.sealed, ...entryFields(entry) });
      }
    }
    for (const node of nodeRows(batch)) {
      const key = nodeKey(node);
      const hashes = stored.get(key) ?? [];
      if (isNew(`node ${key}`) && !hashes.some((hash) => Buffer.compare(hash, node.hash) === 0)) {
        stored.set(key, [...hashes, new Uint8Array(node.hash)]);
      }
    }
  }
}

function nodeKey({ tenant, level, index }: Omit<TreeNodeRow, 'hash'>): string {
  return `${level} ${index} ${tenant}`;
}

function isOf(row: StoredRow, { subjects, tags }: Person): boolean {
  return (
    row.actorIds.some((id) => subjects.includes(id)) ||
    itemsOf(row).some((item) => !isErased(item) && tags.includes(item.s))
  );
}

function itemsOf({ sealed }: StoredRow): SealedItems {
  if (sealed === undefined) return [];
  const items = parseSealedItems(sealed);
  if (items === undefined) throw new PortFailure('corrupt', 'store: what is sealed cannot be read');
  return items;
}

function storedEntry({ index, position, entry, sealed }: StoredRow): StoredEntry {
  return { index, position, entry: new Uint8Array(entry), sealed };
}
