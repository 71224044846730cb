/**
 * The object store: immutable runs of bytes under a key: payloads moved out of events, archives, backups.
 *
 * Keys are path segments of `[A-Za-z0-9._-]` joined by `/`; no segment is `.` or `..`; at most 512 characters.
 * One machine: a folder. Past one machine: S3 and its like.
 */
export interface Objects {
  /**
   * Puts an object. Durable when it resolves, and never seen half written. Idempotent: an object of that key is
   * replaced as a whole. Fails with `full` (nothing applied) or `unavailable` (may have been applied; repeat it).
   */
  put(key: string, bytes: Uint8Array): Promise<void>;
  /**
   * Puts an object whose bytes come one piece after another, however many they are; resolves with their number. A piece is
   * the port's until the next one is asked for, and then one piece longer. What the pieces throw is thrown on, and then
   * nothing is put. Else as {@link put}.
   */
  putStream(key: string, pieces: AsyncIterable<Uint8Array>): Promise<number>;
  /** The whole object, or undefined where there is none. Sees every put that resolved before. */
  get(key: string): Promise<Uint8Array | undefined>;
  /** Its size in bytes, or undefined where there is none. */
  size(key: string): Promise<number | undefined>;
  /**
   * Bytes [fromByte, toByte) of an object, in pieces of at most some hundred kilobytes that are read as they are taken.
   * Fails with `unavailable` where there is no such object, or it ends before.
   */
  read(key: string, fromByte: number, toByte: number): AsyncIterable<Uint8Array>;
  /** Removes it; nothing happens where there is none. Durable when it resolves. */
  delete(key: string): Promise<void>;
  /** Keys that begin with the prefix, in order, after `afterKey` if it is given. */
  list(prefix: string, options: { afterKey?: string; limit: number }): Promise<string[]>;
  close(): Promise<void>;
}

export const OBJECT_KEY = /^(?=.{1,512}$)(?!\.{1,2}(\/|$))[A-Za-z0-9._-]+(\/(?!\.{1,2}(\/|$))[A-Za-z0-9._-]+)*$/;
