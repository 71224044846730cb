import {
  ed25519KeyFromSeed,
  ed25519Signer,
  encodeBundle,
  entriesPath,
  GrowingTree,
  type LogReader,
  leafHash,
  type NoteSigner,
  signCheckpoint,
  TILE_WIDTH,
  type Tile,
  type TileReader,
  tilePath,
  tilesForSize,
  tileWidth,
} from '../index.js';

export const ORIGIN = 'example.com/log';

/** A signer whose key is made from one byte. */
export function testSigner(name = ORIGIN, seed = 1): NoteSigner {
  return ed25519Signer(name, ed25519KeyFromSeed(new Uint8Array(32).fill(seed)));
}

/** Hashes of every level of tiles of a growing log. */
export class HashStore implements TileReader {
  readonly levels: Uint8Array[][] = [];
  readonly tree = new GrowingTree(undefined, (level, index, hash) => {
    this.levels[level] ??= [];
    this.levels[level]![index] = hash;
  });
  /** Tiles that were asked for, in order. */
  readonly asked: Tile[] = [];

  tile({ level, index, width }: Tile): Uint8Array {
    const start = index * TILE_WIDTH;
    return Buffer.concat(this.levels[level]!.slice(start, start + width));
  }

  async readTiles(tiles: readonly Tile[]): Promise<Uint8Array[]> {
    this.asked.push(...tiles);
    return tiles.map((tile) => this.tile(tile));
  }
}

/** A published log as files by path, free to be tampered with. */
export interface MemoryLog {
  readonly files: Map<string, Uint8Array>;
  checkpoint: string;
  readonly size: number;
  readonly root: Uint8Array;
  readonly leaves: readonly Uint8Array[];
}

/** Publishes entries as a log of which only the latest partial tiles exist. */
export function publish(entries: readonly Uint8Array[], signer: NoteSigner = testSigner()): MemoryLog {
  const store = new HashStore();
  const leaves = entries.map((entry) => leafHash(entry));
  for (const leaf of leaves) store.tree.append(leaf);
  const files = new Map<string, Uint8Array>();
  for (const tile of tilesForSize(entries.length)) files.set(tilePath(tile), store.tile(tile));
  for (let start = 0; start < entries.length; start += TILE_WIDTH) {
    const bundle = entries.slice(start, start + TILE_WIDTH);
    files.set(entriesPath(start / TILE_WIDTH, bundle.length), encodeBundle(bundle));
  }
  const root = store.tree.root();
  const checkpoint = signCheckpoint({ origin: signer.name, size: entries.length, root }, [signer]);
  return { files, checkpoint, size: entries.length, root, leaves };
}

/** Reads a published log, falling back from a partial file to the full one as clients of tlog-tiles do. */
export function readerOf(log: MemoryLog): LogReader {
  const read = async (path: string) => log.files.get(path) ?? log.files.get(path.replace(/\.p\/\d+$/, ''));
  return {
    checkpoint: async () => log.checkpoint,
    tile: (tile) => read(tilePath(tile)),
    entries: (index, width) => read(entriesPath(index, width)),
  };
}

/** Path of the bundle that has this entry. */
export function bundlePath(index: number, size: number): string {
  const bundle = Math.floor(index / TILE_WIDTH);
  return entriesPath(bundle, tileWidth(0, bundle, size));
}

/** Path of the tile at this level that covers this leaf. */
export function pathOfTile(level: number, leaf: number, size: number): string {
  const index = Math.floor(leaf / TILE_WIDTH ** (level + 1));
  return tilePath({ level, index, width: tileWidth(level, index, size) });
}

/** A copy with the byte at `at` changed. */
export function flip(bytes: Uint8Array, at: number, mask = 1): Uint8Array {
  const copy = new Uint8Array(bytes);
  copy[at]! ^= mask;
  return copy;
}

/** Small distinct entries. */
export function numberedEntries(count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, i) => new Uint8Array(Buffer.from(`entry ${i}`)));
}
