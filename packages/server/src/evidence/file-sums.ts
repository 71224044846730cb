import { createHash } from 'node:crypto';
import { evidenceSum } from '@attestlog/tlog';

const LINES_TOGETHER = 1024;

/** The hashes of the files of a pack, gathered while they go out: what `sha256sum` checks them with. */
export class FileSums {
  readonly #pieces: Buffer[] = [];
  #lines: string[] = [];

  add(name: string, bytes: Uint8Array): void {
    this.#lines.push(evidenceSum(name, sha256Hex(bytes)));
    if (this.#lines.length === LINES_TOGETHER) this.#join();
  }

  /** The file of sums, a line for each file. */
  bytes(): Buffer {
    this.#join();
    return Buffer.concat(this.#pieces);
  }

  #join(): void {
    this.#pieces.push(Buffer.from(this.#lines.map((line) => `${line}\n`).join('')));
    this.#lines = [];
  }
}

/** SHA-256, lower-case hex. */
export function sha256Hex(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
