import { hashRanges, inclusionRanges, type LeafRange, type TileReader } from './proof.js';
import { TILE_WIDTH, type Tile, tilePath, tileWidth } from './tile.js';

/** Some 30 leaf tiles of inner hashes, 2 MiB. */
const MAX_ROOTS = 16_384;

/**
 * Inclusion proofs of many leaves of one tree. Leaves that are close have most of their proofs in common, and what was
 * hashed for one serves the others: without it each proof hashes every tile on its way anew.
 */
export class InclusionProofs {
  readonly #size: number;
  readonly #reader: TileReader;
  readonly #roots = new Map<string, Uint8Array>();

  /** @param reader has to remember tiles: the same ones are asked for again and again */
  constructor(size: number, reader: TileReader) {
    this.#size = size;
    this.#reader = reader;
  }

  /**
   * The proofs of these leaves, each as `inclusionProof` gives it. The tiles just above the leaves are read together.
   * @throws TlogError as `inclusionProof` does
   */
  async proofs(indexes: readonly number[]): Promise<Uint8Array[][]> {
    const ranges = indexes.map((index) => inclusionRanges(index, this.#size));
    await this.#reader.readTiles(this.#lowTiles(indexes));
    const proofs: Uint8Array[][] = [];
    for (const wanted of ranges) proofs.push(await this.#rootsOf(wanted));
    return proofs;
  }

  async #rootsOf(ranges: readonly LeafRange[]): Promise<Uint8Array[]> {
    const unknown = ranges.filter((range) => !this.#roots.has(nameOf(range)));
    const hashed = await hashRanges(unknown, this.#size, this.#reader);
    const found = new Map(unknown.map((range, place) => [nameOf(range), hashed[place]!]));
    const roots = ranges.map((range) => this.#roots.get(nameOf(range)) ?? found.get(nameOf(range))!);
    for (const [name, root] of found) this.#roots.set(name, root);
    // In the order of their hashing: leaves come mostly in an order too, and the oldest are the farthest away.
    for (const name of this.#roots.keys()) {
      if (this.#roots.size <= MAX_ROOTS) break;
      this.#roots.delete(name);
    }
    return roots;
  }

  #lowTiles(indexes: readonly number[]): Tile[] {
    const tiles = new Map<string, Tile>();
    for (const leaf of indexes) {
      for (const level of [0, 1]) {
        const index = Math.floor(leaf / TILE_WIDTH ** (level + 1));
        const tile = { level, index, width: tileWidth(level, index, this.#size) };
        if (tile.width > 0) tiles.set(tilePath(tile), tile);
      }
    }
    return [...tiles.values()];
  }
}

function nameOf({ start, end }: LeafRange): string {
  return `${start}-${end}`;
}
