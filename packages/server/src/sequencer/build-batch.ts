import { GrowingTree, HASH_BYTES } from '@attestlog/tlog';
import { positionAfter } from '../ports/position.js';
import type { EventColumns, NodeColumns, SealedBatch } from '../ports/store.js';
import { freshRecords, type RepeatContext } from './fresh-records.js';
import { edgeOf, type Head } from './head.js';
import type { Pace } from './pace.js';
import { PackedColumn } from './packed-column.js';
import type { PreparedBatch } from './prepared-batch.js';

/** What a batch adds to the logs: a pure function of the chunks, the heads before them, and what was sealed before. */
export interface BuiltBatch extends Omit<SealedBatch, 'token'> {
  heads: Map<string, Head>;
  /** The records that are sealed, in their order: row i is of record `records[i]`. The others are repeats. */
  records: Uint32Array;
}

/** The heads of these tenants before a batch; a tenant with no entry yet has none. */
export type LoadHeads = (tenants: readonly string[]) => Promise<Map<string, Head>>;

/**
 * Drops repeats, assigns indexes and grows the trees.
 *
 * @param committed sequence up to which everything was sealed before this batch
 */
export async function buildBatch(
  batch: PreparedBatch,
  committed: number,
  loadHeads: LoadHeads,
  context: RepeatContext,
): Promise<BuiltBatch> {
  const { tenants } = batch;
  const before = await loadHeads(tenants);
  const records = await freshRecords(batch, positionAfter(committed), context);
  const events = await eventColumns(batch, records, context.pace);
  const trees = tenants.map((tenant) => new GrowingTree(headEdge(before.get(tenant))));
  const nodes = await growTrees(batch, records, events, trees, context.pace);
  const heads = new Map<string, Head>();
  tenants.forEach((tenant, place) => {
    const tree = trees[place]!;
    if (tree.size === (before.get(tenant)?.size ?? 0)) return;
    heads.set(tenant, { size: tree.size, root: tree.root(), edge: [...tree.edge().hashes], through: batch.through });
  });
  return { tenants, events, nodes, heads, records };
}

function headEdge(head: Head | undefined) {
  return head && edgeOf(head);
}

/**
 * The rows of these records but for their indexes, which the trees give them. Moves their entries, and what
 * is sealed of them, together over those of the others: from here on only these rows know where they are.
 */
async function eventColumns(batch: PreparedBatch, records: Uint32Array, pace: Pace): Promise<EventColumns> {
  const rows = records.length;
  const tenantOf = new Uint32Array(rows);
  const positions = new Float64Array(rows);
  const entries = new PackedColumn(batch.records.entries, batch.records.entryOffsets, rows);
  const sealed = new PackedColumn(batch.records.sealed, batch.records.sealedOffsets, rows);
  for (let row = 0, next = 0; row < rows; row = next) {
    next = endOfRun(records, row);
    const [first, last] = [records[row]!, records[next - 1]!];
    tenantOf.set(batch.tenantOf.subarray(first, last + 1), row);
    positions.set(batch.positions.subarray(first, last + 1), row);
    entries.take(first, last, row);
    sealed.take(first, last, row);
    if (pace.isOver) await pace.nextTurn();
  }
  return {
    tenantOf,
    indexes: new Float64Array(rows),
    positions,
    entries: entries.bytes,
    entryOffsets: entries.offsets,
    sealed: sealed.bytes,
    sealedOffsets: sealed.offsets,
  };
}

/** Appends the records to their tenants' trees, enters their indexes, and gives the hashes that have a place in a tile. */
async function growTrees(
  batch: PreparedBatch,
  records: Uint32Array,
  { tenantOf, indexes }: EventColumns,
  trees: readonly GrowingTree[],
  pace: Pace,
): Promise<NodeColumns> {
  const rows = records.length;
  const leaves = new Uint8Array(rows * HASH_BYTES);
  const upper: UpperNode[] = [];
  for (let row = 0, end = 0; row < rows; row = end) {
    end = endOfRun(records, row, batch.tenantOf);
    const tenant = tenantOf[row]!;
    const tree = trees[tenant]!;
    for (let i = row; i < end; i++) indexes[i] = tree.size + i - row;
    const first = records[row]!;
    const run = batch.leafHashes.subarray(first * HASH_BYTES, (first + end - row) * HASH_BYTES);
    leaves.set(run, row * HASH_BYTES);
    tree.appendAll(run, (level, firstIndex, hashes) => {
      for (let at = 0; level > 0 && at < hashes.length; at += HASH_BYTES) {
        upper.push({ tenant, level, index: firstIndex + at / HASH_BYTES, hash: hashes.slice(at, at + HASH_BYTES) });
      }
    });
    if (pace.isOver) await pace.nextTurn();
  }
  return nodeColumns(tenantOf, indexes, leaves, upper);
}

interface UpperNode {
  /** Its place. */
  tenant: number;
  level: number;
  index: number;
  hash: Uint8Array;
}

/** The leaves, whose rows are those of the events, and then the hashes above them. */
function nodeColumns(
  tenantOf: Uint32Array,
  indexes: Float64Array,
  leaves: Uint8Array,
  upper: readonly UpperNode[],
): NodeColumns {
  const rows = tenantOf.length;
  const count = rows + upper.length;
  const nodes = {
    tenantOf: new Uint32Array(count),
    levels: new Uint8Array(count),
    indexes: new Float64Array(count),
    hashes: new Uint8Array(count * HASH_BYTES),
  };
  nodes.tenantOf.set(tenantOf);
  nodes.indexes.set(indexes);
  nodes.hashes.set(leaves);
  upper.forEach(({ tenant, level, index, hash }, i) => {
    nodes.tenantOf[rows + i] = tenant;
    nodes.levels[rows + i] = level;
    nodes.indexes[rows + i] = index;
    nodes.hashes.set(hash, (rows + i) * HASH_BYTES);
  });
  return nodes;
}

const MAX_RUN = 512;

/** Where the run ends that begins at this row: rows of records that follow one another, and are in one group if asked. */
function endOfRun(records: Uint32Array, row: number, groupOf?: Uint32Array): number {
  const first = records[row]!;
  const group = groupOf?.[first];
  const limit = Math.min(records.length, row + MAX_RUN);
  let end = row + 1;
  while (end < limit && records[end] === first + end - row && groupOf?.[records[end]!] === group) end += 1;
  return end;
}
