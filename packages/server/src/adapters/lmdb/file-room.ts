import { type FileHandle, open } from 'node:fs/promises';
import { PortFailure } from '../../ports/failure.js';

const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
/** Grown by at least so much at a time, so that not every small commit grows the file. */
const STEP_BYTES = 256 * 1024;
const ZEROS = Buffer.alloc(STEP_BYTES);

/**
 * Room at the end of an LMDB file, taken before a commit needs it. So a full disk fails here, where nothing has begun,
 * and not inside LMDB: lmdb-js 3.5 words the failure of a write in a buffer that may be too short for it, and then
 * goes on with a heap that is damaged.
 *
 * LMDB takes pages from what it has freed before it uses any of this, and writes over whatever is there.
 */
export class FileRoom {
  readonly #path: string;
  /** The file is at least so long. */
  #bytes = 0;

  /** @param path the file; it need not exist before the first reservation */
  constructor(path: string) {
    this.#path = path;
  }

  /**
   * Makes the file longer than `usedBytes` by at least `roomBytes`. Not while LMDB writes to it.
   * Fails with `full` when the disk, a quota or a limit on files does not allow it.
   */
  async reserve(usedBytes: number, roomBytes: number): Promise<void> {
    if (usedBytes + roomBytes <= this.#bytes) return;
    try {
      const file = await open(this.#path, 'r+');
      try {
        this.#bytes = (await file.stat()).size;
        const steps = Math.ceil((usedBytes + roomBytes) / STEP_BYTES) + 1;
        if (usedBytes + roomBytes > this.#bytes) await this.#grow(file, steps * STEP_BYTES);
      } finally {
        await file.close();
      }
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      const kind = FULL.has(code ?? '') ? 'full' : 'unavailable';
      throw new PortFailure(kind, kind === 'full' ? `LMDB: the disk is full: ${message}` : `LMDB: ${message}`, {
        cause: error,
      });
    }
  }

  async #grow(file: FileHandle, bytes: number): Promise<void> {
    while (this.#bytes < bytes) {
      const { bytesWritten } = await file.write(ZEROS, 0, Math.min(ZEROS.length, bytes - this.#bytes), this.#bytes);
      this.#bytes += bytesWritten;
    }
  }
}
