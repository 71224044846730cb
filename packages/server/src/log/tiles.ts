import { hashesAtLevel, TILE_WIDTH, type Tile, type TileReader } from '@attestlog/tlog';
import { from } from '../failures.js';
import type { EventStore } from '../ports/store.js';

const MAX_CACHED_TILES = 4096;
/** Tiles that are read together for whoever reads the whole log: a query costs the same for one as for many. */
const TILES_PER_FETCH = 64;
/** Whoever asks for this tile of them is most likely reading them all: the next ones are read meanwhile. */
const READ_AHEAD_AT = 16;
const HASH_BYTES = 32;
const TILE_BYTES = TILE_WIDTH * HASH_BYTES;

/** Hash tiles of the tenants' trees. Full tiles never change and are kept, up to 32 MiB of them. */
export class Tiles {
  readonly #store: EventStore;
  readonly #cache = new Map<string, Uint8Array>();
  readonly #underWay = new Map<string, Promise<void>>();

  constructor(store: EventStore) {
    this.#store = store;
  }

  /** A tile's hashes, `width` × 32 bytes. The caller has checked that the tree has them. */
  async tile(tenant: string, tile: Tile): Promise<Uint8Array> {
    const key = tileKey(tenant, tile.level, tile.index);
    const known = this.#cache.get(key);
    if (known !== undefined) return known.subarray(0, tile.width * HASH_BYTES);
    const first = tile.index * TILE_WIDTH;
    const hashes = await from('store', this.#store.nodeHashes(tenant, tile.level, first, first + tile.width));
    if (tile.width === TILE_WIDTH) this.#keep(key, hashes);
    return hashes;
  }

  /**
   * The same for a reader of the whole log, of a tree of `size` leaves: the tiles after this one are read with it.
   */
  async tileInSequence(tenant: string, tile: Tile, size: number): Promise<Uint8Array> {
    const { level, index } = tile;
    const fullTiles = Math.floor(hashesAtLevel(level, size) / TILE_WIDTH);
    const next = index - (index % TILES_PER_FETCH) + TILES_PER_FETCH;
    if (index % TILES_PER_FETCH === READ_AHEAD_AT && next < fullTiles) {
      // Who needs them will ask, and is told then if they cannot be read.
      this.#readWithNext(tenant, level, next, fullTiles).catch(() => undefined);
    }
    if (index < fullTiles) await this.#readWithNext(tenant, level, index, fullTiles);
    return this.tile(tenant, tile);
  }

  /** Reads a full tile and those after it, unless it is there. */
  async #readWithNext(tenant: string, level: number, index: number, fullTiles: number): Promise<void> {
    if (this.#cache.has(tileKey(tenant, level, index))) return;
    const first = index - (index % TILES_PER_FETCH);
    const end = Math.min(first + TILES_PER_FETCH, fullTiles);
    const key = tileKey(tenant, level, first);
    let read = this.#underWay.get(key);
    if (read === undefined) {
      read = this.#fetch(tenant, level, first, end).finally(() => this.#underWay.delete(key));
      this.#underWay.set(key, read);
    }
    await read;
  }

  async #fetch(tenant: string, level: number, first: number, end: number): Promise<void> {
    const nodes = this.#store.nodeHashes(tenant, level, first * TILE_WIDTH, end * TILE_WIDTH);
    const hashes = await from('store', nodes);
    for (let index = first; index < end; index++) {
      const start = (index - first) * TILE_BYTES;
      this.#keep(tileKey(tenant, level, index), hashes.subarray(start, start + TILE_BYTES));
    }
  }

  /** The tiles of one tenant, as the proofs read them. */
  readerFor(tenant: string): TileReader {
    return { readTiles: (tiles) => Promise.all(tiles.map((tile) => this.tile(tenant, tile))) };
  }

  #keep(key: string, hashes: Uint8Array): void {
    this.#cache.set(key, new Uint8Array(hashes));
    if (this.#cache.size > MAX_CACHED_TILES) this.#cache.delete(this.#cache.keys().next().value!);
  }
}

function tileKey(tenant: string, level: number, index: number): string {
  return `${tenant}/${level}/${index}`;
}
