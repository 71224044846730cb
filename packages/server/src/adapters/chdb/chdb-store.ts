import type { SubjectKeyRange } from '@attestlog/event';
import type { Aggregate, Aggregation } from '../../ports/aggregation.js';
import type { EntryFraming } from '../../ports/entry-framing.js';
import { PortFailure } from '../../ports/failure.js';
import type { ReadOptions } from '../../ports/read-options.js';
import type { LineForm, ScanQuery } from '../../ports/scan.js';
import type {
  CountQuery,
  DayUsage,
  EntryKey,
  ErasedCount,
  EventColumns,
  EventStore,
  KindUsage,
  NodeColumns,
  PageQuery,
  Person,
  PersonPage,
  Position,
  ReceivedId,
  SealedBatch,
  StoredEntry,
  UsageByKindQuery,
} from '../../ports/store.js';
import { bytesColumn, hashColumn, namesColumn, uint8Column, uint64Column } from './arrow-columns.js';
import { aggregate } from './chdb-aggregate.js';
import { ChdbEntryFraming } from './chdb-entry-framing.js';
import { ChdbScan } from './chdb-scan.js';
import { countSql } from './count-sql.js';
import { Engine, type EngineOptions } from './engine.js';
import { ENTRY_COLUMNS, readEntries } from './entry-rows.js';
import { pageSql } from './page-sql.js';
import type { Parameters } from './parameters.js';
import { RowBinaryReader } from './row-binary.js';
import { COUNT_ERASED, ENTRIES_OF, ERASE_SEALED, ITEMS_TO_ERASE } from './sealed-sql.js';
import { requireShape } from './table-shape.js';
import { CREATE_DATABASE, CREATE_EVENTS, CREATE_TREE, insertEvents, insertTree } from './tables.js';
import { DELETE_ENTRIES, USAGE_BY_DAY, usageByKind } from './tenant-sql.js';

export type ChdbStoreOptions = EngineOptions;

const TABLES = [
  { name: 'events', create: CREATE_EVENTS },
  { name: 'tree', create: CREATE_TREE },
];

/**
 * Opens the embedded store; makes its tables on the first start. Fails with `corrupt` where a part is damaged, and with
 * `unavailable` where another version has made the tables.
 */
export async function openChdbStore(options: ChdbStoreOptions): Promise<EventStore> {
  const engine = new Engine(options);
  try {
    await engine.write(CREATE_DATABASE);
    await requireShape(engine, TABLES, options.path);
    for (const { create } of TABLES) await engine.write(create);
    const store = new ChdbStore(engine);
    await store.check();
    return store;
  } catch (error) {
    await engine.close();
    throw error;
  }
}

/** The set of times alone lets the engine skip by the table's order; the set of pairs is then exact. */
const TIME_AND_ID = `time IN (SELECT fromUnixTimestamp64Nano(arrayJoin({times:Array(Int64)}), 'UTC'))
AND (toUnixTimestamp64Nano(time), id) IN (SELECT pair.1, pair.2 FROM (SELECT arrayJoin(arrayZip({times:Array(Int64)}, {ids:Array(String)})) AS pair))`;
const HASH_BYTES = 32;

/**
 * Parts that the engine has put aside as damaged; but not one whose rows a merge had taken over, which is kept for a
 * while and missed by nobody.
 */
const DAMAGED_PARTS = `WITH (SELECT groupArray((table, partition_id, min_block_number, max_block_number))
    FROM system.parts WHERE database = 'attestlog' AND active) AS held
SELECT concat(table, ' ', name) FROM system.detached_parts
WHERE database = 'attestlog' AND (startsWith(reason, 'broken') OR startsWith(reason, 'unexpected'))
AND NOT arrayExists(part -> part.1 = table AND part.2 = ifNull(partition_id, '')
    AND part.3 <= ifNull(min_block_number, -1) AND part.4 >= ifNull(max_block_number, -1), held)
LIMIT 1`;

class ChdbStore implements EventStore {
  readonly framing: EntryFraming;
  readonly #engine: Engine;
  readonly #scan: ChdbScan;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.framing = new ChdbEntryFraming(engine);
    this.#scan = new ChdbScan(engine);
  }

  /** Two inserts under one token: each table remembers it for itself, so a repeat completes what is missing. */
  async insert({ token, tenants, events, nodes }: SealedBatch): Promise<void> {
    if (events.tenantOf.length > 0) {
      await this.#engine.insert(eventColumns(tenants, events), (stream) => insertEvents(stream, token));
    }
    if (nodes.tenantOf.length > 0) {
      await this.#engine.insert(nodeColumns(tenants, nodes), (stream) => insertTree(stream, token));
    }
  }

  async page(query: PageQuery, options?: ReadOptions): Promise<StoredEntry[]> {
    const { sql, parameters } = pageSql(query);
    return this.#entries(sql, parameters, options);
  }

  async count(query: CountQuery, options?: ReadOptions): Promise<number> {
    const { sql, parameters } = countSql(query);
    return new RowBinaryReader(await this.#engine.read(sql, parameters, options)).uint64();
  }

  aggregate(query: Aggregation, options?: ReadOptions): Promise<Aggregate> {
    return aggregate(this.#engine, query, options);
  }

  async findById(
    tenant: string,
    id: string,
    before: Position,
    options?: ReadOptions,
  ): Promise<StoredEntry | undefined> {
    const found = await this.#entries(
      `SELECT ${ENTRY_COLUMNS} FROM attestlog.events
WHERE tenant_id = {tenant:String} AND id = {id:String} AND position < {before:UInt64}
ORDER BY leaf_index LIMIT 1`,
      { tenant, id, before },
      options,
    );
    return found[0];
  }

  async findByKeys(
    tenant: string,
    keys: readonly EntryKey[],
    before: Position,
    options?: ReadOptions,
  ): Promise<StoredEntry[]> {
    const timed = keys.filter(({ timeNs }) => timeNs !== undefined);
    const untimed = keys.filter(({ timeNs }) => timeNs === undefined);
    const found = new Map<number, StoredEntry>();
    const collect = async (condition: string, parameters: Parameters) => {
      const sql = `SELECT ${ENTRY_COLUMNS} FROM attestlog.events
WHERE tenant_id = {tenant:String} AND ${condition} AND position < {before:UInt64}
ORDER BY leaf_index`;
      const entries = await this.#entries(sql, { tenant, before, ...parameters }, options);
      for (const entry of entries) found.set(entry.index, entry);
    };
    if (timed.length > 0) {
      await collect(TIME_AND_ID, { times: timed.map(({ timeNs }) => timeNs!), ids: timed.map(({ id }) => id) });
    }
    if (untimed.length > 0) await collect('id IN {ids:Array(String)}', { ids: untimed.map(({ id }) => id) });
    return [...found.values()];
  }

  entries(tenant: string, fromIndex: number, toIndex: number, options?: ReadOptions): Promise<StoredEntry[]> {
    return this.#entries(
      `SELECT ${ENTRY_COLUMNS} FROM attestlog.events
WHERE tenant_id = {tenant:String} AND leaf_index >= {from:UInt64} AND leaf_index < {to:UInt64}
ORDER BY leaf_index`,
      { tenant, from: fromIndex, to: toIndex },
      options,
    );
  }

  async nodeHashes(tenant: string, level: number, fromIndex: number, toIndex: number): Promise<Uint8Array> {
    const bytes = await this.#engine.read(
      `SELECT hash FROM attestlog.tree
WHERE tenant_id = {tenant:String} AND level = {level:UInt8} AND node_index >= {from:UInt64} AND node_index < {to:UInt64}
ORDER BY node_index`,
      { tenant, level, from: fromIndex, to: toIndex },
    );
    if (bytes.length === (toIndex - fromIndex) * HASH_BYTES) return bytes;
    throw new PortFailure(
      'corrupt',
      `The tree of ${tenant} has ${bytes.length / HASH_BYTES} hashes at level ${level} from ${fromIndex} to ${toIndex}`,
    );
  }

  async *idsReceivedSince(receivedSinceNs: bigint, before: Position): AsyncGenerator<ReceivedId[]> {
    const rows = this.#engine.stream(
      `SELECT tenant_id, id, toUnixTimestamp64Nano(received_at) FROM attestlog.events
WHERE received_at >= fromUnixTimestamp64Nano({since:Int64}, 'UTC') AND position < {before:UInt64}`,
      { since: receivedSinceNs, before },
    );
    for await (const bytes of rows) {
      const reader = new RowBinaryReader(bytes);
      const ids: ReceivedId[] = [];
      while (!reader.done) ids.push({ tenant: reader.text(), id: reader.text(), receivedAtNs: reader.int64() });
      yield ids;
    }
  }

  scan(query: ScanQuery, options?: ReadOptions): AsyncIterable<StoredEntry[]> {
    return this.#scan.scan(query, options);
  }

  lines(query: ScanQuery, form: LineForm, options?: ReadOptions): AsyncIterable<Uint8Array> {
    return this.#scan.lines(query, form, options);
  }

  async usageByDay(
    tenant: string,
    fromDay: number,
    toDay: number,
    before: Position,
    options?: ReadOptions,
  ): Promise<DayUsage[]> {
    const bytes = await this.#engine.read(USAGE_BY_DAY, { tenant, from: fromDay, to: toDay, before }, options);
    const reader = new RowBinaryReader(bytes);
    const usage: DayUsage[] = [];
    while (!reader.done) usage.push({ day: reader.uint64(), events: reader.uint64(), bytes: reader.uint64() });
    return usage;
  }

  entriesOf(tenant: string, person: Person, page: PersonPage, options?: ReadOptions): Promise<StoredEntry[]> {
    const { afterIndex, before, limit } = page;
    // An absent id is '' in its column.
    const subjects = person.subjects.filter((subject) => subject !== '');
    const { tags } = person;
    const from = afterIndex === undefined ? 0 : afterIndex + 1;
    return this.#entries(ENTRIES_OF, { tenant, subjects, tags, from, before, limit }, options);
  }

  async eraseSealed(tenant: string, keys: readonly SubjectKeyRange[], erasure: string): Promise<void> {
    requireAtMostMaxKeys(keys.length);
    if (keys.length === 0) return;
    const tags = keys.map(({ subject }) => subject);
    const throughs = keys.map(({ through }) => through);
    const parameters = { tenant, tags, throughs };
    const found = await this.#engine.read(ITEMS_TO_ERASE, parameters);
    if (found.length > 0) await this.#engine.rewrite(ERASE_SEALED, { ...parameters, erasure });
  }

  async countErased(tenant: string, erasure: string, options?: ReadOptions): Promise<ErasedCount> {
    const reader = new RowBinaryReader(await this.#engine.read(COUNT_ERASED, { tenant, erasure }, options));
    return { entries: reader.uint64(), fields: reader.uint64() };
  }

  async usageByKind(tenant: string, query: UsageByKindQuery, options?: ReadOptions): Promise<KindUsage[]> {
    const { kind, fromDay, toDay, before, limit } = query;
    const parameters = { tenant, from: fromDay, to: toDay, before, limit };
    const reader = new RowBinaryReader(await this.#engine.read(usageByKind(kind), parameters, options));
    const usage: KindUsage[] = [];
    while (!reader.done) usage.push({ name: reader.text(), events: reader.uint64(), bytes: reader.uint64() });
    return usage;
  }

  deleteEntries(tenant: string): Promise<void> {
    return this.#engine.write(DELETE_ENTRIES, { tenant });
  }

  async check(): Promise<void> {
    if (this.#engine.damage !== undefined) throw this.#engine.damage;
    const bytes = await this.#engine.read(DAMAGED_PARTS);
    const reader = new RowBinaryReader(bytes);
    if (!reader.done) throw new PortFailure('corrupt', `The event store has a damaged part: ${reader.text()}`);
  }

  close(): Promise<void> {
    return this.#engine.close();
  }

  async #entries(sql: string, parameters: Parameters, options?: ReadOptions): Promise<StoredEntry[]> {
    return readEntries(await this.#engine.read(sql, parameters, options));
  }
}

const MAX_KEYS = 1000;

function requireAtMostMaxKeys(count: number): void {
  if (count > MAX_KEYS) throw new PortFailure('refused', `more than ${MAX_KEYS} keys`);
}

function eventColumns(tenants: readonly string[], events: EventColumns) {
  return [
    namesColumn('tenant_id', tenants, events.tenantOf),
    uint64Column('leaf_index', events.indexes),
    uint64Column('position', events.positions),
    bytesColumn('entry', events.entries, events.entryOffsets),
    bytesColumn('sealed', events.sealed, events.sealedOffsets),
  ];
}

function nodeColumns(tenants: readonly string[], nodes: NodeColumns) {
  return [
    namesColumn('tenant_id', tenants, nodes.tenantOf),
    uint8Column('level', nodes.levels),
    uint64Column('node_index', nodes.indexes),
    hashColumn('hash', nodes.hashes),
  ];
}
