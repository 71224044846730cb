import type { FileHandle } from 'node:fs/promises';
import { RandomAccessReader } from 'yauzl';

const BLOCK_BYTES = 256 * 1024;
/** The directory is read in one place of the file and the data in another. */
const MAX_BLOCKS = 8;

/** A file that is read in small pieces which mostly follow one another: a block of it at a time. */
export class FileBlocks extends RandomAccessReader {
  readonly #file: FileHandle;
  readonly #size: number;
  readonly #blocks = new Map<number, Buffer>();

  constructor(file: FileHandle, size: number) {
    super();
    this.#file = file;
    this.#size = size;
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null) => void,
  ): void {
    this.bytes(position, length).then(
      (bytes) => {
        bytes.copy(buffer, offset);
        callback(null);
      },
      (error: Error) => callback(error),
    );
  }

  /** Rejects when the file does not have them. */
  async bytes(position: number, length: number): Promise<Buffer> {
    if (position < 0 || position + length > this.#size) throw new Error('the archive ends too early');
    const first = Math.floor(position / BLOCK_BYTES);
    const last = Math.floor((position + length - 1) / BLOCK_BYTES);
    const blocks: Buffer[] = [];
    for (let index = first; index <= last; index++) blocks.push(await this.#block(index));
    const start = position - first * BLOCK_BYTES;
    return (blocks.length === 1 ? blocks[0]! : Buffer.concat(blocks)).subarray(start, start + length);
  }

  override close(callback: (error: Error | null) => void): void {
    callback(null);
  }

  async #block(index: number): Promise<Buffer> {
    const known = this.#blocks.get(index);
    if (known !== undefined) return known;
    const start = index * BLOCK_BYTES;
    const block = Buffer.alloc(Math.min(BLOCK_BYTES, this.#size - start));
    const { bytesRead } = await this.#file.read(block, 0, block.length, start);
    if (bytesRead < block.length) throw new Error('the archive ends too early');
    this.#blocks.set(index, block);
    if (this.#blocks.size > MAX_BLOCKS) this.#blocks.delete(this.#blocks.keys().next().value!);
    return block;
  }
}
