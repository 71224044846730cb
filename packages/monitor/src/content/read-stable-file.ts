import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/** What tells whether a file is still the one that was looked at. */
export interface FileIdentity {
  readonly inode: bigint;
  readonly sizeBytes: number;
  readonly modifiedNs: bigint;
}

/** A whole content that the file had at one moment. */
export interface StableContent extends FileIdentity {
  readonly state: 'stable';
  /** SHA-256. */
  readonly checksum: Uint8Array;
  /** The bytes themselves, where they are no more than were asked for. */
  readonly bytes: Uint8Array | undefined;
}

/**
 * Why there is no content. `unstable`: it was being written at every attempt. `too-large`: it has more bytes than the
 * bound. `gone`: there is no such file any more. `unreadable`: no right to read it, or the disk fails. `no-file`: a folder,
 * a link or a device has taken its place.
 */
export type NoContentReason = 'unstable' | 'too-large' | 'gone' | 'unreadable' | 'no-file';
export type FileContent = StableContent | { readonly state: NoContentReason };

export interface ReadOptions {
  /** Larger files are not read at all. */
  readonly maxBytes: number;
  /** Contents up to this size are given back with their checksum. */
  readonly keepMaxBytes: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

const CHUNK_BYTES = 256 * 1024;
const ATTEMPTS = 4;
/** Doubled from attempt to attempt. */
const RETRY_DELAY_MS = 50;
/**
 * Files carry the time of the kernel's last tick (10 ms at the slowest): two writes within one leave the same time. So a
 * file is read only when that tick is over.
 */
const TICK_MS = 20;
// A link is not followed; a pipe does not make us wait for its writer. Neither exists on Windows.
const FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/**
 * Reads a file as it is at one moment: looked at before and after, and read again when it changed meanwhile. What is
 * written through a memory map may go unseen, since its time changes later.
 */
export async function readStableFile(path: string | Buffer, options: ReadOptions): Promise<FileContent> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (attempt > 0) await options.sleep(RETRY_DELAY_MS * 2 ** (attempt - 1));
    const content = await attemptOf(path, options);
    if (content.state !== 'unstable') return content;
  }
  return { state: 'unstable' };
}

async function attemptOf(path: string | Buffer, options: ReadOptions): Promise<FileContent> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, FLAGS);
    return await readOpen(file, options);
  } catch (error) {
    return { state: reasonOf(error) };
  } finally {
    await file?.close().catch(() => {});
  }
}

async function readOpen(file: FileHandle, options: ReadOptions): Promise<FileContent> {
  let before = await file.stat({ bigint: true });
  if (!before.isFile()) return { state: 'no-file' };
  if (before.size > options.maxBytes) return { state: 'too-large' };
  const ageMs = options.now() - Number(before.mtimeNs / 1_000_000n);
  if (ageMs >= 0 && ageMs < TICK_MS) {
    await options.sleep(TICK_MS - ageMs);
    before = await file.stat({ bigint: true });
  }
  const size = Number(before.size);
  const hash = createHash('sha256');
  const kept = size <= options.keepMaxBytes ? Buffer.alloc(size) : undefined;
  let position = 0;
  const chunk = kept ?? Buffer.allocUnsafe(Math.min(CHUNK_BYTES, size));
  while (position < size) {
    const offset = kept === undefined ? 0 : position;
    const { bytesRead } = await file.read(chunk, offset, Math.min(chunk.length - offset, size - position), position);
    if (bytesRead === 0) return { state: 'unstable' };
    hash.update(chunk.subarray(offset, offset + bytesRead));
    position += bytesRead;
  }
  const after = await file.stat({ bigint: true });
  if (after.size !== before.size || after.mtimeNs !== before.mtimeNs) return { state: 'unstable' };
  return {
    state: 'stable',
    checksum: hash.digest(),
    bytes: kept,
    inode: before.ino,
    sizeBytes: size,
    modifiedNs: before.mtimeNs,
  };
}

function reasonOf(error: unknown): NoContentReason {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'gone';
  // O_NOFOLLOW on a link; a socket or a device without a driver.
  if (code === 'ELOOP' || code === 'EISDIR' || code === 'ENXIO') return 'no-file';
  return 'unreadable';
}
