import { encodeBundle, TILE_WIDTH } from '@attestlog/tlog';
import type { StoredEntry } from '../ports/store.js';

const LENGTH_BYTES = 2;

/**
 * Cuts framed entries into bundles of so many bytes each, as views.
 * @returns undefined unless that is just what they are, each of 256 entries
 */
export function cutIntoBundles(framed: Uint8Array, bytes: readonly number[]): Uint8Array[] | undefined {
  const bundles: Uint8Array[] = [];
  let at = 0;
  for (const length of bytes) {
    const end = at + length;
    if (endOfBundle(framed, at) !== end) return undefined;
    bundles.push(framed.subarray(at, end));
    at = end;
  }
  return at === framed.length ? bundles : undefined;
}

/** Bundles of the entries from an index on, in order; undefined for one of which an entry is absent. */
export function bundlesOf(entries: readonly StoredEntry[], firstIndex: number, count: number) {
  const slots: Uint8Array[][] = Array.from({ length: count }, () => []);
  for (const { index, entry } of entries) slots[Math.floor((index - firstIndex) / TILE_WIDTH)]!.push(entry);
  return slots.map((slot) => (slot.length === TILE_WIDTH ? encodeBundle(slot) : undefined));
}

function endOfBundle(framed: Uint8Array, start: number): number {
  let at = start;
  for (let i = 0; i < TILE_WIDTH; i++) at += LENGTH_BYTES + framed[at]! * 256 + framed[at + 1]!;
  return at;
}
