import { frameEnd, LENGTH_BYTES } from './bundle.js';
import { type BundleDifference, diffBundle } from './bundle-diff.js';
import type { Findings } from './findings.js';
import { equalBytes, HASH_BYTES, leafHashInto } from './hash.js';
import { tilePrefix } from './log-reader.js';
import { reconcile } from './reconcile.js';
import { perfectRoot } from './subtree.js';
import { TILE_WIDTH, tilePath } from './tile.js';

/** What is served for one leaf tile, and what the signed root requires there, as far as that is known. */
export interface LeafTileEvidence {
  readonly index: number;
  readonly width: number;
  readonly bundle: Uint8Array | undefined;
  readonly tile: Uint8Array | undefined;
  /** Root that a full tile must have; undefined if nothing proves one. */
  readonly root: Uint8Array | undefined;
  /** Leaf hashes that the partial tile must have; undefined for a full tile, or if nothing proves them. */
  readonly leaves: Uint8Array | undefined;
}

/**
 * Second look at a leaf tile that something was wrong with: adds a finding for each entry and for the tile.
 * @returns how many of its entries are proven
 */
export function checkLeafTile(evidence: LeafTileEvidence, findings: Findings): number {
  const { index, width, bundle } = evidence;
  const served = readEntries(bundle);
  const own = servedPrefix(served.hashes, width);
  const stored = tilePrefix(evidence.tile, width);
  const leaves = evidence.leaves ?? provenLeaves(evidence.root, own, stored);
  checkTile(evidence, leaves, stored, own, findings);
  const reference = leaves ?? stored;
  if (reference === undefined) {
    const present = served.hashes.length / HASH_BYTES;
    for (let place = present; place < width; place++) addMissing(findings, index * TILE_WIDTH + place, bundle, false);
    return 0;
  }
  const { hashes, surplus } = withoutFuller(evidence, served);
  const differences = diffBundle(hashes, reference);
  for (const difference of differences) addDifference(findings, evidence, difference, leaves !== undefined);
  if (surplus > 0 && hashes.length >= width * HASH_BYTES) {
    const place = index * TILE_WIDTH + hashes.length / HASH_BYTES;
    const message = `${surplus} bytes follow the last entry of the bundle at ${place}; they are no entry of the tree.`;
    findings.add({ code: 'foreign-entry', index: place, message });
  }
  if (leaves === undefined) return 0;
  return width - differences.filter(({ kind }) => kind !== 'foreign').length;
}

interface ServedEntries {
  /** Leaf hashes of the entries that could be read. */
  readonly hashes: Uint8Array;
  /** Bytes at the end that are not a whole entry. */
  readonly surplus: number;
}

function readEntries(bundle: Uint8Array | undefined): ServedEntries {
  if (bundle === undefined) return { hashes: new Uint8Array(0), surplus: 0 };
  const ends: number[] = [0];
  for (let end = frameEnd(bundle, 0); end !== undefined; end = frameEnd(bundle, end)) ends.push(end);
  const hashes = new Uint8Array((ends.length - 1) * HASH_BYTES);
  for (let i = 0; i + 1 < ends.length; i++) {
    leafHashInto(bundle, ends[i]! + LENGTH_BYTES, ends[i + 1]!, hashes, i * HASH_BYTES);
  }
  return { hashes, surplus: bundle.length - ends.at(-1)! };
}

function servedPrefix(hashes: Uint8Array, width: number): Uint8Array | undefined {
  return hashes.length < width * HASH_BYTES ? undefined : hashes.subarray(0, width * HASH_BYTES);
}

function provenLeaves(
  root: Uint8Array | undefined,
  own: Uint8Array | undefined,
  stored: Uint8Array | undefined,
): Uint8Array | undefined {
  if (root === undefined) return undefined;
  const accept = ([hashes]: readonly Uint8Array[]) => equalBytes(perfectRoot(hashes!, 0, hashes!.length), root);
  return reconcile([[own, stored]], accept)?.[0];
}

function checkTile(
  { index, width, tile }: LeafTileEvidence,
  leaves: Uint8Array | undefined,
  stored: Uint8Array | undefined,
  own: Uint8Array | undefined,
  findings: Findings,
): void {
  if (leaves !== undefined && stored !== undefined && equalBytes(stored, leaves)) return;
  // Without proof, a tile that agrees with its entries is only as doubtful as they are; the root is what is reported.
  let what = 'has other hashes than the signed root requires';
  if (tile === undefined) what = 'is absent';
  else if (stored === undefined) what = `has ${tile.length} bytes, which is not a tile`;
  else if (leaves === undefined && own !== undefined && equalBytes(own, stored)) {
    what =
      'does not lead to the signed root, nor do its entries, which agree with it: at least one was changed with the tile';
  } else if (leaves === undefined) what = 'does not lead to the signed root, nor do its entries';
  const message = `The hash tile ${tilePath({ level: 0, index, width })} ${what}.`;
  findings.add({ code: 'bad-tile', tile: { level: 0, index }, message });
}

/**
 * Leaves away what a fuller version of a partial bundle has in addition: all 256 entries of the full bundle, or as many
 * as the hash tile that came with it accounts for.
 */
function withoutFuller({ width, tile }: LeafTileEvidence, { hashes, surplus }: ServedEntries): ServedEntries {
  const own = servedPrefix(hashes, width);
  if (surplus > 0 || own === undefined || width === TILE_WIDTH) return { hashes, surplus };
  const full = hashes.length === TILE_WIDTH * HASH_BYTES;
  const accounted =
    tile !== undefined &&
    tile.length >= hashes.length &&
    equalBytes(tile.subarray(own.length, hashes.length), hashes.subarray(own.length));
  return full || accounted ? { hashes: own, surplus } : { hashes, surplus };
}

function addDifference(
  findings: Findings,
  { index: tileIndex, bundle }: LeafTileEvidence,
  { kind, place, hash }: BundleDifference,
  proven: boolean,
): void {
  const index = tileIndex * TILE_WIDTH + place;
  if (kind === 'missing') {
    addMissing(findings, index, bundle, proven);
  } else if (kind === 'foreign') {
    const message = `The bundle has an entry at place ${index} that is not in the tree: it was added after the fact.`;
    findings.add({ code: 'foreign-entry', index, message });
  } else {
    const message = proven
      ? `Entry ${index} was changed after it was logged: its hash is not the one that the signed tree has for it.`
      : `Entry ${index} does not have the hash that its tile states; one of them was changed, and nothing signed tells which.`;
    findings.add({ code: 'changed-entry', index, message }, hash);
  }
}

function addMissing(findings: Findings, index: number, bundle: Uint8Array | undefined, proven: boolean): void {
  const where = bundle === undefined ? 'its bundle is absent' : 'its bundle does not have it';
  const what = proven ? 'The signed tree has' : 'The signed size calls for';
  findings.add({ code: 'missing-entry', index, message: `${what} an entry ${index}, but ${where}.` });
}
