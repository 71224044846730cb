import { HASH_BYTES } from './hash.js';
import {
  consistencyProof,
  hashRanges,
  type LeafRange,
  MAX_PROOF_HASHES,
  type TileReader,
  verifyConsistency,
} from './proof.js';
import { largestPowerOfTwo } from './subtree.js';
import { hashFromBase64, parseDecimal, toBase64 } from './text-encoding.js';
import { TILE_WIDTH, type Tile, tileWidth } from './tile.js';
import { requireCount, TlogError } from './tlog-error.js';
import { GrowingTree } from './tree.js';

const HEADER = 'attestlog range proof v1';
const MAX_TEXT_CHARS = 16_384;

/**
 * Proof of what the leaves [from, to) of a tree are: all of them, so that none can be left out.
 *
 * It is made of what RFC 9162 has. `left` is the tree before the range, as the roots of its perfect subtrees, largest
 * first: one for each 1 bit of `from`. With it and the leaf hashes of the range anybody computes the root of the first
 * `to` leaves, and `consistency` (section 2.1.4) proves that the signed tree continues just that one.
 */
export interface RangeProof {
  readonly from: number;
  readonly to: number;
  readonly left: readonly Uint8Array[];
  readonly consistency: readonly Uint8Array[];
}

/**
 * The proof for the leaves [from, to) of the tree of `size` leaves.
 * @throws TlogError `bad-argument` unless from < to ≤ size; `bad-tile` if the reader returns a tile of the wrong length
 */
export async function rangeProof(from: number, to: number, size: number, reader: TileReader): Promise<RangeProof> {
  requireRange(from, to, size);
  const left = await hashRanges(perfectSubtrees(from), size, reader);
  return { from, to, left, consistency: await consistencyProof(to, size, reader) };
}

/**
 * The leaf hashes [from, to) of the tree of `size` leaves, concatenated, 32 bytes each.
 * @throws TlogError as {@link rangeProof} does
 */
export async function hashesOfRange(from: number, to: number, size: number, reader: TileReader): Promise<Uint8Array> {
  requireRange(from, to, size);
  const tiles: Tile[] = [];
  for (let index = Math.floor(from / TILE_WIDTH); index * TILE_WIDTH < to; index++) {
    tiles.push({ level: 0, index, width: tileWidth(0, index, size) });
  }
  const hashes = new Uint8Array((to - from) * HASH_BYTES);
  for (const [place, bytes] of (await reader.readTiles(tiles)).entries()) {
    const { index, width } = tiles[place]!;
    if (bytes.length !== width * HASH_BYTES)
      throw new TlogError('bad-tile', `leaf tile ${index} has ${bytes.length} bytes`);
    const first = index * TILE_WIDTH;
    const [start, end] = [Math.max(from, first), Math.min(to, first + width)];
    hashes.set(bytes.subarray((start - first) * HASH_BYTES, (end - first) * HASH_BYTES), (start - from) * HASH_BYTES);
  }
  return hashes;
}

/**
 * Whether the leaves [from, to) of the tree of `size` leaves with this root are these, in this order, and no others.
 * Never throws: malformed input is simply not a proof.
 * @param leafHashes of the range, concatenated, 32 bytes each
 */
export function verifyRange(proof: RangeProof, leafHashes: Uint8Array, size: number, root: Uint8Array): boolean {
  const { from, to, left, consistency } = proof;
  if (![from, to, size].every((value) => Number.isSafeInteger(value) && value >= 0)) return false;
  if (from >= to || to > size || leafHashes.length !== (to - from) * HASH_BYTES) return false;
  if (left.length !== perfectSubtrees(from).length || left.some((hash) => hash.length !== HASH_BYTES)) return false;
  const tree = new GrowingTree({ size: from, hashes: left });
  tree.appendAll(leafHashes);
  return verifyConsistency(to, size, consistency, tree.root(), root);
}

/** Text of a range proof: a line for each number and each hash. @throws TlogError `bad-argument` */
export function formatRangeProof({ from, to, left, consistency }: RangeProof): string {
  requireCount(from, 'from');
  requireCount(to, 'to');
  const lines = [
    HEADER,
    `from ${from}`,
    `to ${to}`,
    ...left.map((hash) => `left ${toBase64(hash)}`),
    ...consistency.map((hash) => `consistency ${toBase64(hash)}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** Reads what {@link formatRangeProof} writes, and nothing else; verifies nothing. @throws TlogError `malformed-range-proof` */
export function parseRangeProof(text: string): RangeProof {
  const lines = text.slice(0, MAX_TEXT_CHARS).split('\n');
  if (text.length > MAX_TEXT_CHARS || lines.pop() !== '' || lines.shift() !== HEADER) throw malformed();
  const from = numberIn(lines.shift(), 'from ');
  const to = numberIn(lines.shift(), 'to ');
  const begins = lines.findIndex((line) => line.startsWith('consistency '));
  const split = begins < 0 ? lines.length : begins;
  const left = lines.slice(0, split).map((line) => hashIn(line, 'left '));
  const consistency = lines.slice(split).map((line) => hashIn(line, 'consistency '));
  if (left.length > MAX_PROOF_HASHES || consistency.length > MAX_PROOF_HASHES) throw malformed();
  return { from, to, left, consistency };
}

/** The perfect subtrees that the first `count` leaves make up, largest first. */
function perfectSubtrees(count: number): LeafRange[] {
  const ranges: LeafRange[] = [];
  for (let start = 0; start < count; ) {
    const end = start + largestPowerOfTwo(count - start);
    ranges.push({ start, end });
    start = end;
  }
  return ranges;
}

function requireRange(from: number, to: number, size: number): void {
  for (const [name, value] of Object.entries({ from, to, size })) requireCount(value, name);
  if (from >= to || to > size) throw new TlogError('bad-argument', `not a range of ${size} leaves: ${from} to ${to}`);
}

function numberIn(line: string | undefined, prefix: string): number {
  const value = line?.startsWith(prefix) ? parseDecimal(line.slice(prefix.length)) : undefined;
  if (value === undefined) throw malformed();
  return value;
}

function hashIn(line: string, prefix: string): Uint8Array {
  const hash = line.startsWith(prefix) ? hashFromBase64(line.slice(prefix.length)) : undefined;
  if (hash === undefined) throw malformed();
  return hash;
}

function malformed(): TlogError {
  return new TlogError('malformed-range-proof', 'this is not a range proof in its one form');
}
