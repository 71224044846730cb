import { createHash, hash } from 'node:crypto';
import { type BigIntStats, closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
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
const SMALL_BYTES = 64 * 1024;
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
  let content = attemptAtOnce(path, options, true);
  if (content.state === 'young') {
    await options.sleep(content.waitMs);
    content = attemptAtOnce(path, options, false);
  }
  return content.state === 'large' || content.state === 'young' ? await attemptInParts(path, options) : content;
}

type AtOnce = FileContent | { readonly state: 'young'; readonly waitMs: number } | { readonly state: 'large' };

/**
 * A small file is in the memory of the system, as it was just written: to wait for a thread to read it takes ten times as
 * long as to read it.
 */
function attemptAtOnce(path: string | Buffer, options: ReadOptions, waits: boolean): AtOnce {
  let file: number | undefined;
  try {
    file = openSync(path, FLAGS);
    const before = fstatSync(file, { bigint: true });
    if (!before.isFile()) return { state: 'no-file' };
    if (before.size > options.maxBytes) return { state: 'too-large' };
    const waitMs = waitOf(before, options);
    if (waits && waitMs > 0) return { state: 'young', waitMs };
    if (before.size > SMALL_BYTES) return { state: 'large' };
    const bytes = Buffer.alloc(Number(before.size));
    for (let position = 0; position < bytes.length; ) {
      const count = readSync(file, bytes, position, bytes.length - position, position);
      if (count === 0) return { state: 'unstable' };
      position += count;
    }
    const isKept = bytes.length <= options.keepMaxBytes;
    const content = { checksum: hash('sha256', bytes, 'buffer'), bytes: isKept ? bytes : undefined };
    return stableContent(before, fstatSync(file, { bigint: true }), content);
  } catch (error) {
    return { state: reasonOf(error) };
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

async function attemptInParts(path: string | Buffer, options: ReadOptions): Promise<FileContent> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, FLAGS);
    return await readInParts(file, options);
  } catch (error) {
    return { state: reasonOf(error) };
  } finally {
    await file?.close().catch(() => {});
  }
}

async function readInParts(file: FileHandle, options: ReadOptions): Promise<FileContent> {
  const before = await file.stat({ bigint: true });
  if (!before.isFile()) return { state: 'no-file' };
  if (before.size > options.maxBytes) return { state: 'too-large' };
  const size = Number(before.size);
  const digest = createHash('sha256');
  const kept = size <= options.keepMaxBytes ? Buffer.alloc(size) : undefined;
  let position = 0;
  const chunk = kept ?? Buffer.allocUnsafe(Math.min(CHUNK_BYTES, size));
  while (position < size) {
    const offset = kept === undefined ? 0 : position;
    const { bytesRead } = await file.read(chunk, offset, Math.min(chunk.length - offset, size - position), position);
    if (bytesRead === 0) return { state: 'unstable' };
    digest.update(chunk.subarray(offset, offset + bytesRead));
    position += bytesRead;
  }
  return stableContent(before, await file.stat({ bigint: true }), { checksum: digest.digest(), bytes: kept });
}

/** How long until the tick in which the file was written is over. */
function waitOf({ mtimeNs }: BigIntStats, { now }: ReadOptions): number {
  const ageMs = now() - Number(mtimeNs / 1_000_000n);
  return ageMs >= 0 && ageMs < TICK_MS ? TICK_MS - ageMs : 0;
}

function stableContent(
  before: BigIntStats,
  after: BigIntStats,
  content: Pick<StableContent, 'checksum' | 'bytes'>,
): FileContent {
  if (after.size !== before.size || after.mtimeNs !== before.mtimeNs) return { state: 'unstable' };
  const sizeBytes = Number(before.size);
  return { state: 'stable', ...content, inode: before.ino, sizeBytes, modifiedNs: before.mtimeNs };
}

function reasonOf(error: unknown): NoContentReason {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'gone';
  // O_NOFOLLOW on a link; a socket or a device without a driver.
  if (code === 'ELOOP' || code === 'EISDIR' || code === 'ENXIO') return 'no-file';
  return 'unreadable';
}
