import { type Tile, type TileReader, tilePath } from '@attestlog/tlog';

/** 4 MiB of hashes: the borders of the tree, which every proof needs, and what neighbours have in common. */
const MAX_TILES = 512;

/**
 * The tiles of a tree of one size, each read once as long as it is remembered. Proofs of one pack are all of one tree, so
 * its partial tiles do not change either.
 */
export function packTiles(reader: TileReader): TileReader {
  const known = new Map<string, Promise<Uint8Array>>();
  const tileOf = (tile: Tile): Promise<Uint8Array> => {
    const path = tilePath(tile);
    const found = known.get(path) ?? reader.readTiles([tile]).then(([bytes]) => bytes!);
    // The last one that was asked for is the last one to be forgotten.
    known.delete(path);
    known.set(path, found);
    found.catch(() => known.delete(path));
    if (known.size > MAX_TILES) known.delete(known.keys().next().value!);
    return found;
  };
  return { readTiles: (tiles) => Promise.all(tiles.map(tileOf)) };
}
