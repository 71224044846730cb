import { frameEnd, LENGTH_BYTES } from './bundle.js';
import { HASH_BYTES, leafHashInto } from './hash.js';
import { type LogReader, tilePrefix } from './log-reader.js';
import { readAhead } from './read-ahead.js';
import { ReadWindow } from './read-window.js';
import { perfectRoot } from './subtree.js';
import { TILE_WIDTH, tileWidth } from './tile.js';

const TILE_BYTES = TILE_WIDTH * HASH_BYTES;
/** What the bundles under way may come to. One alone can have 16 MiB. */
const MAX_AHEAD_BYTES = 64 * 1024 * 1024;

/** Leaf hashes of one tile from its two sources; undefined where a source does not have them all. */
export interface Leaves {
  readonly entries: Uint8Array | undefined;
  readonly tile: Uint8Array | undefined;
}

/** What one pass over all entries and leaf tiles leaves behind: 32 bytes for each 256 entries, and what looked wrong. */
export interface LogScan {
  /** Root of each full leaf tile, in order: of its entries if they are all there, else of the stored tile, else zeros. */
  readonly roots: Uint8Array;
  /** Root of the stored tile, where that differs from `roots`. */
  readonly storedRoots: Map<number, Uint8Array>;
  /** Leaf tiles whose bundle and tile are not both there in full and in agreement; ascending. */
  readonly suspects: number[];
  /** The leaf tiles that were asked to be kept. */
  readonly kept: Map<number, Leaves>;
}

/** How to read: bundles with tiles in flight at once, at most; a way to stop; a listener that is told entries done. */
export interface ScanOptions {
  readonly concurrency: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/**
 * Reads every bundle and every leaf tile of a tree of `size` leaves once, in order, and hashes every entry.
 * @param keep leaf tiles whose hashes the caller wants
 */
export async function scanLog(
  reader: LogReader,
  size: number,
  keep: ReadonlySet<number>,
  options: ScanOptions,
): Promise<LogScan> {
  const roots = new GrowingBytes();
  const scan = {
    storedRoots: new Map<number, Uint8Array>(),
    suspects: [] as number[],
    kept: new Map<number, Leaves>(),
  };
  const hashes = Buffer.alloc(TILE_BYTES);
  const window = new ReadWindow(options.concurrency, MAX_AHEAD_BYTES);
  let index = 0;
  for await (const { bundle, tile } of readPieces(reader, size, window, options.signal)) {
    const width = tileWidth(0, index, size);
    const stored = tilePrefix(tile, width);
    const whole = hashBundle(bundle, width, hashes);
    const own = whole === 'none' ? undefined : hashes.subarray(0, width * HASH_BYTES);
    const agree = own !== undefined && stored !== undefined && own.equals(stored);
    if (!agree || whole !== 'exact') scan.suspects.push(index);
    if (keep.has(index)) scan.kept.set(index, { entries: own && new Uint8Array(own), tile: stored });
    if (width === TILE_WIDTH) {
      const ownRoot = own && perfectRoot(own, 0, TILE_BYTES);
      const storedRoot = agree ? undefined : stored && perfectRoot(stored, 0, TILE_BYTES);
      roots.push(ownRoot ?? storedRoot ?? new Uint8Array(HASH_BYTES));
      if (ownRoot !== undefined && storedRoot !== undefined) scan.storedRoots.set(index, storedRoot);
    }
    window.saw(bundle?.length ?? 0);
    if (bundle !== undefined) reader.release?.(bundle);
    options.onProgress?.(index * TILE_WIDTH + width, size);
    index += 1;
  }
  return { ...scan, roots: roots.bytes() };
}

/** Every bundle with its leaf tile, in order. */
function readPieces(reader: LogReader, size: number, window: ReadWindow, signal: AbortSignal | undefined) {
  const read = (index: number) => readPiece(reader, index, tileWidth(0, index, size));
  return readAhead(Math.ceil(size / TILE_WIDTH), () => window.reads, read, signal);
}

/** Reads a bundle and its leaf tile together. */
export async function readPiece(reader: LogReader, index: number, width: number) {
  const [bundle, tile] = await Promise.all([reader.entries(index, width), reader.tile({ level: 0, index, width })]);
  return { bundle, tile };
}

/**
 * Leaf hashes of the first `width` entries of a bundle, written to `out`.
 * `exact`: the bundle is just these entries; `longer`: something follows them; `none`: they are not all there.
 */
function hashBundle(bundle: Uint8Array | undefined, width: number, out: Uint8Array): 'exact' | 'longer' | 'none' {
  if (bundle === undefined) return 'none';
  let at = 0;
  for (let i = 0; i < width; i++) {
    const end = frameEnd(bundle, at);
    if (end === undefined) return 'none';
    leafHashInto(bundle, at + LENGTH_BYTES, end, out, i * HASH_BYTES);
    at = end;
  }
  return at === bundle.length ? 'exact' : 'longer';
}

/** Bytes that double their room: the signed size is not a reason to allocate before the log has shown that much. */
class GrowingBytes {
  #bytes = new Uint8Array(TILE_BYTES);
  #length = 0;

  push(more: Uint8Array): void {
    if (this.#length + more.length > this.#bytes.length) {
      const larger = new Uint8Array(this.#bytes.length * 2);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes.set(more, this.#length);
    this.#length += more.length;
  }

  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }
}
