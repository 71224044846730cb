import type { EventColumns, Position, StoredEntry } from '../ports/store.js';
import type { PlacedBatch } from '../sequencer/sequencer.js';

/** What a batch added to one tenant's log: entries with consecutive indexes, in memory of its own. */
export interface SealedRun {
  readonly tenant: string;
  /** Index of the first entry. */
  readonly first: number;
  readonly positions: readonly Position[];
  readonly entries: Uint8Array;
  /** Entry i is from offset i up to offset i + 1. */
  readonly offsets: Uint32Array;
  /** What lies beside each entry. */
  readonly sealed: readonly (string | undefined)[];
  /** About what it takes up. */
  readonly bytes: number;
}

/** The runs of the tenants that are watched, copied: the batch's memory is used again for a later one. */
export function runsOf({ tenants, events }: PlacedBatch, isWatched: (tenant: string) => boolean): SealedRun[] {
  const rowsOf = tenants.map((tenant) => (isWatched(tenant) ? ([] as number[]) : undefined));
  if (rowsOf.every((rows) => rows === undefined)) return [];
  events.tenantOf.forEach((place, row) => {
    rowsOf[place]?.push(row);
  });
  return rowsOf.flatMap((rows, place) =>
    rows === undefined || rows.length === 0 ? [] : [runOf(tenants[place]!, rows, events)],
  );
}

function runOf(tenant: string, rows: readonly number[], events: EventColumns): SealedRun {
  const { indexes, positions, entries, entryOffsets } = events;
  const offsets = new Uint32Array(rows.length + 1);
  rows.forEach((row, place) => {
    offsets[place + 1] = offsets[place]! + entryOffsets[row + 1]! - entryOffsets[row]!;
  });
  const copied = Buffer.allocUnsafeSlow(offsets[rows.length]!);
  rows.forEach((row, place) => {
    copied.set(entries.subarray(entryOffsets[row], entryOffsets[row + 1]), offsets[place]);
  });
  const sealed = rows.map((row) => sealedText(events, row));
  return {
    tenant,
    first: indexes[rows[0]!]!,
    positions: rows.map((row) => positions[row]!),
    entries: copied,
    offsets,
    sealed,
    bytes: copied.length + sealed.reduce((sum, text) => sum + (text?.length ?? 0), 0),
  };
}

function sealedText({ sealed, sealedOffsets }: EventColumns, row: number): string | undefined {
  const [start, end] = [sealedOffsets[row]!, sealedOffsets[row + 1]!];
  return start === end
    ? undefined
    : Buffer.from(sealed.buffer, sealed.byteOffset + start, end - start).toString('utf8');
}

/** The index after the last entry of a run. */
export function endOf({ first, positions }: SealedRun): number {
  return first + positions.length;
}

/** The entry of a run that has this index: its bytes are a view. */
export function entryOf(run: SealedRun, index: number): StoredEntry {
  const place = index - run.first;
  return {
    index,
    position: run.positions[place]!,
    entry: run.entries.subarray(run.offsets[place], run.offsets[place + 1]),
    sealed: run.sealed[place],
  };
}
