import type { Findings } from './findings.js';
import { equalBytes, HASH_BYTES } from './hash.js';
import { type LogReader, tilePrefix } from './log-reader.js';
import type { ScanOptions } from './log-scan.js';
import type { LogTree } from './log-tree.js';
import { readAhead } from './read-ahead.js';
import { perfectRoot } from './subtree.js';
import { TILE_WIDTH, tileWidth } from './tile.js';

/** Most leaf tiles that are searched for entries at the wrong place: 16.7 million leaves, 512 MiB of hashes. */
export const MAX_SEARCHED_TILES = 65_536;

/**
 * Looks in the leaf tiles for the hashes of entries that stand at the wrong place, and turns each `changed-entry` whose
 * entry belongs to another index into a `reordered-entry`. Searches the whole log if it has up to
 * {@link MAX_SEARCHED_TILES} leaf tiles, else that many around the first finding. Tiles that are not proven do not count.
 */
export async function findDisplaced(
  reader: LogReader,
  tree: LogTree,
  findings: Findings,
  options: ScanOptions,
): Promise<void> {
  const { displaced } = findings;
  if (displaced.size === 0) return;
  let first = tree.size;
  for (const i of [...displaced.values()].flat()) first = Math.min(first, findings.list[i]!.index!);
  const tiles = Math.ceil(tree.size / TILE_WIDTH);
  const centred = Math.floor(first / TILE_WIDTH) - MAX_SEARCHED_TILES / 2;
  const start = Math.max(0, Math.min(centred, tiles - MAX_SEARCHED_TILES));
  const count = Math.min(tiles, MAX_SEARCHED_TILES);
  // Four bytes of a hash tell nearly all leaves apart from the few that are looked for, without making a string of each.
  const prefixes = new Set([...displaced.keys()].map((hash) => Buffer.from(hash, 'latin1').readUInt32BE(0)));
  const read = (i: number) => reader.tile({ level: 0, index: start + i, width: tileWidth(0, start + i, tree.size) });
  let index = start;
  for await (const bytes of readAhead(count, options.concurrency, read, options.signal)) {
    const hashes = tilePrefix(bytes, tileWidth(0, index, tree.size));
    if (hashes !== undefined) searchTile(hashes, index, tree, findings, prefixes);
    index += 1;
  }
}

function searchTile(
  hashes: Uint8Array,
  tileIndex: number,
  tree: LogTree,
  findings: Findings,
  prefixes: ReadonlySet<number>,
): void {
  const view = new DataView(hashes.buffer, hashes.byteOffset, hashes.byteLength);
  let proven: boolean | undefined;
  for (let at = 0; at < hashes.length; at += HASH_BYTES) {
    if (!prefixes.has(view.getUint32(at))) continue;
    const key = Buffer.from(hashes.subarray(at, at + HASH_BYTES)).toString('latin1');
    proven ??= isProven(hashes, tileIndex, tree);
    if (!proven) return;
    for (const i of findings.displaced.get(key) ?? []) {
      const { index } = findings.list[i]!;
      const foundIndex = tileIndex * TILE_WIDTH + at / HASH_BYTES;
      if (index === foundIndex || findings.list[i]!.code !== 'changed-entry') continue;
      const message = `The entry at ${index} is the one that was logged at ${foundIndex}: the log was put in another order.`;
      findings.list[i] = { code: 'reordered-entry', index: index!, foundIndex, message };
    }
  }
}

function isProven(hashes: Uint8Array, tileIndex: number, tree: LogTree): boolean {
  if (!tree.authentic) return true;
  if (hashes.length < TILE_WIDTH * HASH_BYTES)
    return tree.edgeLeaves !== undefined && equalBytes(hashes, tree.edgeLeaves);
  const root = tree.leafTileRoot(tileIndex);
  return root !== undefined && equalBytes(perfectRoot(hashes, 0, hashes.length), root);
}
