import { TILE_WIDTH, type Tile, type TileReader } from '@attestlog/tlog';
import { from } from '../failures.js';
import type { EventStore } from '../ports/store.js';

const MAX_CACHED_TILES = 4096;

/** Hash tiles of the tenants' trees. Full tiles never change and are kept, up to 32 MiB of them. */
export class Tiles {
  readonly #store: EventStore;
  readonly #cache = new Map<string, Uint8Array>();

  constructor(store: EventStore) {
    this.#store = store;
  }

  /** A tile's hashes, `width` × 32 bytes. The caller has checked that the tree has them. */
  async tile(tenant: string, tile: Tile): Promise<Uint8Array> {
    const key = `${tenant}/${tile.level}/${tile.index}`;
    const known = this.#cache.get(key);
    if (known !== undefined) return known.subarray(0, tile.width * 32);
    const first = tile.index * TILE_WIDTH;
    const hashes = await from('store', this.#store.nodeHashes(tenant, tile.level, first, first + tile.width));
    if (tile.width === TILE_WIDTH) this.#keep(key, hashes);
    return hashes;
  }

  /** The tiles of one tenant, as the proofs read them. */
  readerFor(tenant: string): TileReader {
    return { readTiles: (tiles) => Promise.all(tiles.map((tile) => this.tile(tenant, tile))) };
  }

  #keep(key: string, hashes: Uint8Array): void {
    this.#cache.set(key, Uint8Array.from(hashes));
    if (this.#cache.size > MAX_CACHED_TILES) this.#cache.delete(this.#cache.keys().next().value!);
  }
}
