import { requireCount, TlogError } from './tlog-error.js';

/** Hashes in a full tile, and entries in a full bundle (tlog-tiles). */
export const TILE_WIDTH = 256;

/** Highest tile level that a path may name (tlog-tiles). */
export const MAX_TILE_LEVEL = 63;

/**
 * A tile of hashes. Hash i of `level` is the root of 256^level leaves; the tile holds hashes
 * [index × 256, index × 256 + width) of its level, `width` from 1 to 256.
 */
export interface Tile {
  readonly level: number;
  readonly index: number;
  readonly width: number;
}

/** Number of complete subtrees of 256^level leaves in a tree of `size` leaves. */
export function hashesAtLevel(level: number, size: number): number {
  return Math.floor(size / 256 ** level);
}

/** Width of the partial tile at the right edge of `level`, 0 to 255; 0 means that there is none. */
export function partialWidth(level: number, size: number): number {
  return hashesAtLevel(level, size) % TILE_WIDTH;
}

/** Width, at tree size `size`, of the tile at `level` and `index`: 256 if full, 1 to 255 if partial, 0 if there is none. */
export function tileWidth(level: number, index: number, size: number): number {
  return Math.max(0, Math.min(TILE_WIDTH, hashesAtLevel(level, size) - index * TILE_WIDTH));
}

/** Every tile of a tree of `size` leaves, from level 0 upwards and from left to right. */
export function tilesForSize(size: number): Generator<Tile> {
  return tilesBetween(0, size);
}

/** The tiles of a tree of `to` leaves that did not exist, or were narrower, when it had `from` leaves. */
export function* tilesBetween(from: number, to: number): Generator<Tile> {
  requireCount(from, 'from');
  requireCount(to, 'to');
  for (let level = 0; hashesAtLevel(level, to) > 0; level++) {
    const before = hashesAtLevel(level, from);
    const after = hashesAtLevel(level, to);
    if (after <= before) continue;
    for (let index = Math.floor(before / TILE_WIDTH); index * TILE_WIDTH < after; index++) {
      yield { level, index, width: tileWidth(level, index, to) };
    }
  }
}

/**
 * Path of a tile below the log's prefix, for example `tile/0/x001/x234/067.p/8` (tlog-tiles).
 * @throws TlogError `bad-argument` for a level over 63 or a width outside 1 to 256.
 */
export function tilePath(tile: Tile): string {
  requireCount(tile.level, 'level');
  if (tile.level > MAX_TILE_LEVEL) throw new TlogError('bad-argument', `tile level ${tile.level} is over 63`);
  return `tile/${tile.level}/${indexPath(tile.index, tile.width)}`;
}

/**
 * Path of an entry bundle below the log's prefix, for example `tile/entries/x001/x234/067.p/8` (tlog-tiles).
 * @throws TlogError `bad-argument` for a width outside 1 to 256.
 */
export function entriesPath(index: number, width: number): string {
  return `tile/entries/${indexPath(index, width)}`;
}

/**
 * Reads what {@link tilePath} writes, and nothing else.
 * @throws TlogError `malformed-path`.
 */
export function parseTilePath(path: string): Tile {
  const match = /^tile\/(0|[1-9]\d?)\/([x\d/]+)(?:\.p\/(\d+))?$/.exec(path);
  if (match === null || Number(match[1]) > MAX_TILE_LEVEL) throw malformed(path);
  return { level: Number(match[1]), ...parseIndexPath(path, match[2]!, match[3]) };
}

/**
 * Reads what {@link entriesPath} writes, and nothing else.
 * @throws TlogError `malformed-path`.
 */
export function parseEntriesPath(path: string): { index: number; width: number } {
  const match = /^tile\/entries\/([x\d/]+)(?:\.p\/(\d+))?$/.exec(path);
  if (match === null) throw malformed(path);
  return parseIndexPath(path, match[1]!, match[2]);
}

function indexPath(index: number, width: number): string {
  requireCount(index, 'index');
  if (!Number.isInteger(width) || width < 1 || width > TILE_WIDTH) {
    throw new TlogError('bad-argument', `width must be 1 to ${TILE_WIDTH}, not ${width}`);
  }
  let path = String(index % 1000).padStart(3, '0');
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    path = `x${String(rest % 1000).padStart(3, '0')}/${path}`;
  }
  return width === TILE_WIDTH ? path : `${path}.p/${width}`;
}

function parseIndexPath(path: string, digits: string, partial: string | undefined): { index: number; width: number } {
  if (!/^(?:x\d{3}\/)*\d{3}$/.test(digits) || digits.startsWith('x000')) throw malformed(path);
  const index = Number(digits.replaceAll(/[x/]/g, ''));
  if (!Number.isSafeInteger(index)) throw malformed(path);
  if (partial === undefined) return { index, width: TILE_WIDTH };
  const width = Number(partial);
  if (!/^[1-9]\d{0,2}$/.test(partial) || width >= TILE_WIDTH) throw malformed(path);
  return { index, width };
}

function malformed(path: string): TlogError {
  return new TlogError('malformed-path', `not a tile path: ${JSON.stringify(path.slice(0, 200))}`);
}
