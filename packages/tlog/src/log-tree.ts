import { equalBytes, HASH_BYTES } from './hash.js';
import { type LogReader, tilePrefix } from './log-reader.js';
import type { LogScan, ScanOptions } from './log-scan.js';
import { readAhead } from './read-ahead.js';
import { reconcile, type Slot } from './reconcile.js';
import { perfectRoot, perfectRoots } from './subtree.js';
import { hashesAtLevel, partialWidth, TILE_WIDTH, tileWidth } from './tile.js';
import { foldEdge } from './tree.js';

const TILE_BYTES = TILE_WIDTH * HASH_BYTES;

/** A place in the tree of tiles. */
export interface TilePlace {
  readonly level: number;
  readonly index: number;
}

/**
 * The hashes above the leaves, as far as they are known, and their way down from a signed root.
 *
 * Hashes come from two sources, what is computed from below and what the log stores, and either may have been tampered
 * with. `authenticate` settles each disagreement by the one thing that is signed: hashes that lead to the root are right.
 */
export class LogTree {
  readonly size: number;
  readonly #scan: LogScan;
  /** `#levels[l]` has the hashes of level l from 1 up, as computed from below and then corrected from above. */
  readonly #levels: Uint8Array[];
  /** Stored tiles, by place, that differ from what was computed; undefined for those that are absent or malformed. */
  readonly #differing = new Map<string, { place: TilePlace; bytes: Uint8Array | undefined }>();
  readonly #unproven: TilePlace[] = [];
  readonly #corrected = new Set<number>();
  #edgeLeaves: Uint8Array | undefined;
  #authentic = false;

  private constructor(size: number, scan: LogScan) {
    this.size = size;
    this.#scan = scan;
    this.#levels = [new Uint8Array(0), scan.roots];
  }

  /** Reads the tiles above the leaves and compares them with what a scan computed. */
  static async read(reader: LogReader, size: number, scan: LogScan, options: ScanOptions): Promise<LogTree> {
    const tree = new LogTree(size, scan);
    for (let level = 1; hashesAtLevel(level, size) > 0; level++) {
      const count = Math.ceil(hashesAtLevel(level, size) / TILE_WIDTH);
      const read = (index: number) => reader.tile({ level, index, width: tileWidth(level, index, size) });
      let index = 0;
      for await (const bytes of readAhead(count, options.concurrency, read, options.signal)) {
        tree.#compare({ level, index }, bytes);
        index += 1;
      }
      tree.#levels.push(rootsOfTiles(tree.#levels[level]!));
    }
    return tree;
  }

  /** Whether {@link authenticate} found a way from the signed root. */
  get authentic(): boolean {
    return this.#authentic;
  }

  /** Tiles whose hashes cannot be had from any source; nothing below them is proven. After {@link authenticate}. */
  get unproven(): readonly TilePlace[] {
    return this.#unproven;
  }

  /** Leaf tiles whose entries and tile agree with each other but not with the signed root. After {@link authenticate}. */
  get corrected(): Iterable<number> {
    return this.#corrected;
  }

  /** Leaf hashes of the partial tile at the right edge, if the signed root proves them. After {@link authenticate}. */
  get edgeLeaves(): Uint8Array | undefined {
    return this.#edgeLeaves;
  }

  /** Works down from the signed root, correcting each hash that was computed from something that had been tampered with. */
  authenticate(root: Uint8Array): void {
    const levels: number[] = [];
    for (let level = 0; hashesAtLevel(level, this.size) > 0; level++) {
      if (partialWidth(level, this.size) > 0) levels.push(level);
    }
    const slots = levels.map((level) => {
      const index = Math.floor(hashesAtLevel(level, this.size) / TILE_WIDTH);
      if (level > 0) return this.#sources({ level, index });
      const leaves = this.#scan.kept.get(index);
      return [leaves?.entries, leaves?.tile];
    });
    const found = reconcile(slots, (contents) => equalBytes(rootOfEdge(contents), root));
    if (found === undefined) return;
    this.#authentic = true;
    for (const [i, level] of levels.entries()) {
      const index = Math.floor(hashesAtLevel(level, this.size) / TILE_WIDTH);
      if (level === 0) this.#edgeLeaves = found[i];
      else this.#correct({ level, index }, found[i]!);
    }
  }

  /** Root that the signed tree requires of a full leaf tile, or undefined if that is not proven. */
  leafTileRoot(index: number): Uint8Array | undefined {
    return this.#authentic && !this.isUnproven({ level: 0, index }) ? this.#hash(1, index) : undefined;
  }

  /** Whether a tile is, or is below, one whose hashes cannot be had. */
  isUnproven({ level, index }: TilePlace): boolean {
    return this.#unproven.some(
      (place) => place.level >= level && Math.floor(index / TILE_WIDTH ** (place.level - level)) === place.index,
    );
  }

  /** Stored tiles above the leaves that are absent, malformed, or not what they should be. */
  badTiles(): { place: TilePlace; absent: boolean }[] {
    return [...this.#differing.values()]
      .filter(({ place, bytes }) => {
        if (this.isUnproven(place)) return false;
        return bytes === undefined || !equalBytes(bytes, this.#tile(place));
      })
      .map(({ place, bytes }) => ({ place, absent: bytes === undefined }));
  }

  /** Root of the first `size` leaves; `leaves` are the hashes of the leaf tile that this size cuts, if it cuts one. */
  rootAt(size: number, leaves: Uint8Array | undefined): Uint8Array {
    const contents: Uint8Array[] = [];
    if (leaves !== undefined) contents.push(leaves.subarray(0, partialWidth(0, size) * HASH_BYTES));
    for (let level = 1; hashesAtLevel(level, size) > 0; level++) {
      const end = hashesAtLevel(level, size);
      const start = end - partialWidth(level, size);
      contents.push(this.#levels[level]!.subarray(start * HASH_BYTES, end * HASH_BYTES));
    }
    return rootOfEdge(contents);
  }

  #compare(place: TilePlace, bytes: Uint8Array | undefined): void {
    const computed = this.#tile(place);
    const stored = tilePrefix(bytes, computed.length / HASH_BYTES);
    if (stored === undefined || !equalBytes(stored, computed)) {
      this.#differing.set(key(place), { place, bytes: stored && new Uint8Array(stored) });
    }
  }

  #correct({ level, index }: TilePlace, authentic: Uint8Array): void {
    const known = this.#tile({ level, index });
    for (let at = 0; at < authentic.length; at += HASH_BYTES) {
      const hash = authentic.subarray(at, at + HASH_BYTES);
      if (equalBytes(hash, known.subarray(at, at + HASH_BYTES))) continue;
      known.set(hash, at);
      const child = { level: level - 1, index: index * TILE_WIDTH + at / HASH_BYTES };
      if (child.level === 0) {
        this.#corrected.add(child.index);
        continue;
      }
      const found = reconcile([this.#sources(child)], ([tile]) => equalBytes(perfectRoot(tile!, 0, TILE_BYTES), hash));
      if (found === undefined) this.#unproven.push(child);
      else this.#correct(child, found[0]!);
    }
  }

  /** What is known of a tile: as computed from below, as stored, and, just above the leaves, as the leaf tiles have it. */
  #sources(place: TilePlace): Slot {
    const computed = new Uint8Array(this.#tile(place));
    const stored = this.#differing.get(key(place))?.bytes;
    if (place.level > 1 || this.#scan.storedRoots.size === 0) return [computed, stored];
    const fromLeafTiles = new Uint8Array(computed);
    for (let i = 0; i < computed.length / HASH_BYTES; i++) {
      const root = this.#scan.storedRoots.get(place.index * TILE_WIDTH + i);
      if (root !== undefined) fromLeafTiles.set(root, i * HASH_BYTES);
    }
    return [computed, stored, fromLeafTiles];
  }

  #tile({ level, index }: TilePlace): Uint8Array {
    return this.#levels[level]!.subarray(index * TILE_BYTES, (index + 1) * TILE_BYTES);
  }

  #hash(level: number, index: number): Uint8Array {
    return this.#levels[level]!.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES);
  }
}

const key = ({ level, index }: TilePlace): string => `${level}/${index}`;

/** Root of a tree from the hashes in its partial tiles, lowest level first. */
function rootOfEdge(contents: readonly Uint8Array[]): Uint8Array {
  return foldEdge(contents.toReversed().flatMap(perfectRoots));
}

function rootsOfTiles(hashes: Uint8Array): Uint8Array {
  const roots = new Uint8Array(Math.floor(hashes.length / TILE_BYTES) * HASH_BYTES);
  for (let i = 0; i < roots.length / HASH_BYTES; i++) {
    roots.set(perfectRoot(hashes, i * TILE_BYTES, (i + 1) * TILE_BYTES), i * HASH_BYTES);
  }
  return roots;
}
