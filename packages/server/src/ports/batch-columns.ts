import type { EventColumns, NodeColumns, Position, SealedBatch } from './store.js';

const HASH_BYTES = 32;

/** One row of {@link EventColumns}. */
export interface EventRow {
  tenant: string;
  index: number;
  position: Position;
  entry: Uint8Array;
  /** Absent: nothing of the entry is sealed. */
  sealed?: string;
}

/** One row of {@link NodeColumns}. */
export interface TreeNodeRow {
  tenant: string;
  level: number;
  index: number;
  hash: Uint8Array;
}

/** A batch of these rows. */
export function batchOf(token: string, events: readonly EventRow[], nodes: readonly TreeNodeRow[]): SealedBatch {
  const tenants = [...new Set([...events, ...nodes].map(({ tenant }) => tenant))];
  const places = new Map(tenants.map((tenant, place) => [tenant, place]));
  const sealed = events.map((row) => Buffer.from(row.sealed ?? '', 'utf8'));
  const tenantOf = (rows: readonly { tenant: string }[]) => Uint32Array.from(rows, ({ tenant }) => places.get(tenant)!);
  return {
    token,
    tenants,
    events: {
      tenantOf: tenantOf(events),
      indexes: Float64Array.from(events, ({ index }) => index),
      positions: Float64Array.from(events, ({ position }) => position),
      entries: Buffer.concat(events.map(({ entry }) => entry)),
      entryOffsets: offsetsOf(events.map(({ entry }) => entry)),
      sealed: Buffer.concat(sealed),
      sealedOffsets: offsetsOf(sealed),
    },
    nodes: {
      tenantOf: tenantOf(nodes),
      levels: Uint8Array.from(nodes, ({ level }) => level),
      indexes: Float64Array.from(nodes, ({ index }) => index),
      hashes: Buffer.concat(nodes.map(({ hash }) => hash)),
    },
  };
}

/** The rows of a batch; their bytes are views of its own. */
export function eventRows({ tenants, events }: SealedBatch): EventRow[] {
  const { tenantOf, indexes, positions, entries, entryOffsets } = events;
  return Array.from(tenantOf, (place, row) => ({
    tenant: tenants[place]!,
    index: indexes[row]!,
    position: positions[row]!,
    entry: entries.subarray(entryOffsets[row], entryOffsets[row + 1]),
    ...sealedOf(events, row),
  }));
}

function sealedOf({ sealed, sealedOffsets }: EventColumns, row: number): Pick<EventRow, 'sealed'> {
  const bytes = sealed.subarray(sealedOffsets[row], sealedOffsets[row + 1]);
  return bytes.length === 0 ? {} : { sealed: Buffer.from(bytes).toString('utf8') };
}

export function nodeRows({ tenants, nodes }: SealedBatch): TreeNodeRow[] {
  const { tenantOf, levels, indexes, hashes } = nodes;
  return Array.from(tenantOf, (place, row) => ({
    tenant: tenants[place]!,
    level: levels[row]!,
    index: indexes[row]!,
    hash: hashes.subarray(row * HASH_BYTES, (row + 1) * HASH_BYTES),
  }));
}

function offsetsOf(values: readonly Uint8Array[]): Uint32Array {
  const offsets = new Uint32Array(values.length + 1);
  values.forEach(({ length }, i) => {
    offsets[i + 1] = offsets[i]! + length;
  });
  return offsets;
}
