import { HASH_BYTES } from './hash.js';
import { TILE_WIDTH, type Tile } from './tile.js';

/**
 * Read access to a log that nobody vouches for: over HTTP, from a folder, from a backup.
 *
 * `undefined` means that the log answered that it has no such thing (404). Anything that is not an answer, such as a
 * network failure, must reject: the verifier passes it on rather than accuse the log.
 * For a partial tile or bundle a reader may return a fuller version, as clients of tlog-tiles do when the partial one
 * has been dropped: the verifier looks only at the part that it asked for.
 */
export interface LogReader {
  /** The latest signed checkpoint, as note text. */
  checkpoint(): Promise<string>;
  /** Bytes of a hash tile: `width` × 32, or more for a fuller version. */
  tile(tile: Tile): Promise<Uint8Array | undefined>;
  /** Bytes of an entry bundle with `width` entries, or more for a fuller version. */
  entries(index: number, width: number): Promise<Uint8Array | undefined>;
  /**
   * Told, once for each bundle of a whole log, that the verifier will not look at these bytes again: their memory may
   * be used for other ones.
   */
  release?(bundle: Uint8Array): void;
}

/** The first `width` hashes of what a reader returned for a tile, or undefined if that is not such a tile or fuller. */
export function tilePrefix(bytes: Uint8Array | undefined, width: number): Uint8Array | undefined {
  if (bytes === undefined || bytes.length % HASH_BYTES !== 0) return undefined;
  if (bytes.length < width * HASH_BYTES || bytes.length > TILE_WIDTH * HASH_BYTES) return undefined;
  return bytes.subarray(0, width * HASH_BYTES);
}
