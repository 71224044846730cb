import { readFileSync, writeFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { deflate, deflateSync, inflate, inflateSync } from 'node:zlib';

const compress = promisify(deflate);
const decompress = promisify(inflate);

/** Smaller texts are done at once: a thread costs more than they do. */
const SMALL_CHARS = 32 * 1024;
const SMALL_FILE_BYTES = 16 * 1024;
/** What a file takes on the disk at least. */
const BLOCK_BYTES = 4_096;
const CHECKSUM = /^[0-9a-f]{64}$/;
const PRIVATE_FOLDER_MODE = 0o700;
const PRIVATE_FILE_MODE = 0o600;

/**
 * Former texts of files, by the SHA-256 of the contents that they are the redacted text of, so that a change can be shown
 * as a diff. A folder of compressed files, private to the user; at its bound, what was used longest ago goes, after a start
 * what was written longest ago. A cache: what
 * is damaged or gone is not there, and costs a diff.
 */
export class ContentCache {
  readonly #folder: string;
  readonly #maxBytes: number;
  /** Bytes on disk by checksum, the one used longest ago first. */
  readonly #entries = new Map<string, number>();
  #bytes = 0;

  private constructor(folder: string, maxBytes: number) {
    this.#folder = folder;
    this.#maxBytes = maxBytes;
  }

  /** Opens the folder, and makes it if need be. @throws the system's error when that is not allowed */
  static async open(folder: string, maxBytes: number): Promise<ContentCache> {
    await mkdir(folder, { recursive: true, mode: PRIVATE_FOLDER_MODE });
    const cache = new ContentCache(folder, maxBytes);
    const found: { name: string; bytes: number; usedMs: number }[] = [];
    for (const name of await readdir(folder)) {
      const path = join(folder, name);
      if (!CHECKSUM.test(name)) continue;
      const { size, mtimeMs } = await stat(path);
      found.push({ name, bytes: onDisk(size), usedMs: mtimeMs });
    }
    for (const { name, bytes } of found.sort((a, b) => a.usedMs - b.usedMs)) cache.#note(name, bytes);
    await cache.#shrink();
    return cache;
  }

  has(checksum: string): boolean {
    return this.#entries.has(checksum);
  }

  async get(checksum: string): Promise<string | undefined> {
    const bytes = this.#entries.get(checksum);
    if (bytes === undefined) return undefined;
    try {
      const path = join(this.#folder, checksum);
      // Its own checksum (Adler-32, RFC 1950) tells a text that a power cut has torn.
      const packed = bytes <= SMALL_FILE_BYTES ? readFileSync(path) : await readFile(path);
      const text = bytes <= SMALL_FILE_BYTES ? inflateSync(packed) : await decompress(packed);
      this.#note(checksum, bytes);
      return text.toString('utf8');
    } catch {
      await this.#remove(checksum);
      return undefined;
    }
  }

  /** Keeps a text. One that cannot be written is not kept; that costs a diff and stops nothing. */
  async put(checksum: string, text: string): Promise<void> {
    if (this.#entries.has(checksum)) return this.#note(checksum, this.#entries.get(checksum)!);
    const packed = text.length < SMALL_CHARS ? deflateSync(text, { level: 1 }) : await compress(text, { level: 1 });
    if (onDisk(packed.length) > this.#maxBytes) return;
    const path = join(this.#folder, checksum);
    try {
      // A half-written one is told by its checksum when it is read.
      if (packed.length <= SMALL_FILE_BYTES) writeFileSync(path, packed, { mode: PRIVATE_FILE_MODE });
      else await writeFile(path, packed, { mode: PRIVATE_FILE_MODE });
      this.#note(checksum, onDisk(packed.length));
      await this.#shrink();
    } catch {
      await rm(path, { force: true }).catch(() => {});
    }
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Now it is the one that was used last. */
  #note(checksum: string, bytes: number): void {
    this.#bytes += bytes - (this.#entries.get(checksum) ?? 0);
    this.#entries.delete(checksum);
    this.#entries.set(checksum, bytes);
  }

  async #shrink(): Promise<void> {
    for (const checksum of this.#entries.keys()) {
      if (this.#bytes <= this.#maxBytes) return;
      await this.#remove(checksum);
    }
  }

  async #remove(checksum: string): Promise<void> {
    this.#bytes -= this.#entries.get(checksum) ?? 0;
    this.#entries.delete(checksum);
    await rm(join(this.#folder, checksum), { force: true }).catch(() => {});
  }
}

function onDisk(bytes: number): number {
  return Math.ceil(bytes / BLOCK_BYTES) * BLOCK_BYTES;
}
