import { EMPTY_ROOT, equalBytes, HASH_BYTES, nodeHash } from './hash.js';
import { largestPowerOfTwo, perfectRoot } from './subtree.js';
import { TILE_WIDTH, type Tile, tilePath, tileWidth } from './tile.js';
import { requireCount, TlogError } from './tlog-error.js';
import { foldEdge } from './tree.js';

/** Most hashes that a proof can have: the height of a tree whose size is a safe integer is below this. */
export const MAX_PROOF_HASHES = 63;

/** Where proofs get their hashes from: a store, a cache, or a remote log. */
export interface TileReader {
  /** The bytes of each tile, in the order asked: `width` × 32 bytes. Rejects if one cannot be had. */
  readTiles(tiles: readonly Tile[]): Promise<Uint8Array[]>;
}

/** Leaves [start, end): a subtree that RFC 6962 splits off, perfect or at the ragged right edge. */
export interface LeafRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Proof that leaf `index` is in the tree of `size` leaves: the sibling hashes from the leaf to the root (RFC 6962 section 2.1.1).
 * Reads each tile that it needs once, all in one call, at the widths that exist at `size`.
 * @throws TlogError `bad-argument` unless index < size; `bad-tile` if the reader returns a tile of the wrong length.
 */
export async function inclusionProof(index: number, size: number, reader: TileReader): Promise<Uint8Array[]> {
  return hashRanges(inclusionRanges(index, size), size, reader);
}

/**
 * The subtrees whose roots prove leaf `index` in the tree of `size` leaves, from the leaf to the root.
 * @throws TlogError `bad-argument` unless index < size
 */
export function inclusionRanges(index: number, size: number): LeafRange[] {
  requireCount(index, 'index');
  requireCount(size, 'size');
  if (index >= size) throw new TlogError('bad-argument', `index ${index} is not below the size ${size}`);
  const ranges: LeafRange[] = [];
  let start = 0;
  let end = size;
  while (end - start > 1) {
    const middle = start + splitPoint(end - start);
    if (index < middle) {
      ranges.unshift({ start: middle, end });
      end = middle;
    } else {
      ranges.unshift({ start, end: middle });
      start = middle;
    }
  }
  return ranges;
}

/**
 * Proof that the tree of `to` leaves continues the tree of `from` leaves (RFC 6962 section 2.1.2).
 * Empty when `from` is 0 or equals `to`. Reads tiles as {@link inclusionProof} does, at the widths that exist at `to`.
 * @throws TlogError `bad-argument` unless from ≤ to; `bad-tile` if the reader returns a tile of the wrong length.
 */
export async function consistencyProof(from: number, to: number, reader: TileReader): Promise<Uint8Array[]> {
  requireCount(from, 'from');
  requireCount(to, 'to');
  if (from > to) throw new TlogError('bad-argument', `the older size ${from} is over the newer size ${to}`);
  if (from === 0) return [];
  const ranges: LeafRange[] = [];
  let start = 0;
  let end = to;
  while (from !== end) {
    const middle = start + splitPoint(end - start);
    if (from <= middle) {
      ranges.unshift({ start: middle, end });
      end = middle;
    } else {
      ranges.unshift({ start, end: middle });
      start = middle;
    }
  }
  // The old tree itself is known to the verifier; a part of it is not.
  if (start > 0) ranges.unshift({ start, end });
  return hashRanges(ranges, to, reader);
}

/**
 * Whether `proof` proves that `leafHash` is leaf `index` of the tree of `size` leaves with this root
 * (RFC 9162 section 2.1.3.2). Never throws: malformed input is simply not a proof.
 */
export function verifyInclusion(
  index: number,
  size: number,
  leafHash: Uint8Array,
  proof: readonly Uint8Array[],
  root: Uint8Array,
): boolean {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size) return false;
  if (!areHashes([leafHash, root]) || !areHashes(proof)) return false;
  let fn = index;
  let sn = size - 1;
  let hash = leafHash;
  for (const sibling of proof) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      hash = nodeHash(sibling, hash);
      while (fn % 2 === 0 && fn !== 0) {
        fn = half(fn);
        sn = half(sn);
      }
    } else {
      hash = nodeHash(hash, sibling);
    }
    fn = half(fn);
    sn = half(sn);
  }
  return sn === 0 && equalBytes(hash, root);
}

/**
 * Whether `proof` proves that the tree of `to` leaves continues the tree of `from` leaves (RFC 9162 section 2.1.4.2).
 * From the empty tree, and between equal sizes, only the empty proof is accepted. Never throws.
 */
export function verifyConsistency(
  from: number,
  to: number,
  proof: readonly Uint8Array[],
  rootFrom: Uint8Array,
  rootTo: Uint8Array,
): boolean {
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || from < 0 || from > to) return false;
  if (!areHashes([rootFrom, rootTo]) || !areHashes(proof)) return false;
  if (from === to) return proof.length === 0 && equalBytes(rootFrom, rootTo);
  if (from === 0) return proof.length === 0 && equalBytes(rootFrom, EMPTY_ROOT);
  const rest = largestPowerOfTwo(from) === from ? [rootFrom, ...proof] : [...proof];
  const first = rest.shift();
  if (first === undefined || proof.length === 0) return false;
  let fn = from - 1;
  let sn = to - 1;
  while (fn % 2 === 1) {
    fn = half(fn);
    sn = half(sn);
  }
  let older = first;
  let newer = first;
  for (const hash of rest) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      older = nodeHash(hash, older);
      newer = nodeHash(hash, newer);
      while (fn % 2 === 0 && fn !== 0) {
        fn = half(fn);
        sn = half(sn);
      }
    } else {
      newer = nodeHash(newer, hash);
    }
    fn = half(fn);
    sn = half(sn);
  }
  return sn === 0 && equalBytes(older, rootFrom) && equalBytes(newer, rootTo);
}

const half = (n: number): number => Math.floor(n / 2);

/** Largest power of two below `n`, for n ≥ 2. */
const splitPoint = (n: number): number => largestPowerOfTwo(n - 1);

function areHashes(hashes: readonly Uint8Array[]): boolean {
  return hashes.every((hash) => hash.length === HASH_BYTES);
}

/** A perfect subtree as a run of `count` hashes inside one tile. */
interface TileRun {
  readonly tile: Tile;
  readonly offset: number;
  readonly count: number;
}

/** The root of each range, from the tiles of a tree of `size` leaves, each tile read once. */
export async function hashRanges(
  ranges: readonly LeafRange[],
  size: number,
  reader: TileReader,
): Promise<Uint8Array[]> {
  const runs = ranges.map((range) => perfectRuns(range, size));
  const tiles = new Map<string, Tile>();
  for (const run of runs.flat()) tiles.set(tilePath(run.tile), run.tile);
  if (tiles.size === 0) return [];
  const wanted = [...tiles.values()];
  const bytes = await reader.readTiles(wanted);
  const byPath = new Map<string, Uint8Array>();
  for (const [i, tile] of wanted.entries()) {
    const data = bytes[i];
    if (data?.length !== tile.width * HASH_BYTES) {
      throw new TlogError(
        'bad-tile',
        `${tilePath(tile)} has ${data?.length ?? 'no'} bytes, not ${tile.width * HASH_BYTES}`,
      );
    }
    byPath.set(tilePath(tile), data);
  }
  return runs.map((parts) => {
    const roots = parts.map(({ tile, offset, count }) => {
      const data = byPath.get(tilePath(tile))!;
      return perfectRoot(data, offset * HASH_BYTES, (offset + count) * HASH_BYTES);
    });
    return foldEdge(roots);
  });
}

/** The perfect subtrees of a range, largest first, each where the tiles of a tree of `size` leaves hold it. */
function perfectRuns(range: LeafRange, size: number): TileRun[] {
  const runs: TileRun[] = [];
  for (let start = range.start; start < range.end; ) {
    const leaves = largestPowerOfTwo(range.end - start);
    let level = 0;
    let leavesPerHash = 1;
    while (leavesPerHash * TILE_WIDTH <= leaves) {
      leavesPerHash *= TILE_WIDTH;
      level += 1;
    }
    const first = start / leavesPerHash;
    const index = Math.floor(first / TILE_WIDTH);
    runs.push({
      tile: { level, index, width: tileWidth(level, index, size) },
      offset: first % TILE_WIDTH,
      count: leaves / leavesPerHash,
    });
    start += leaves;
  }
  return runs;
}
