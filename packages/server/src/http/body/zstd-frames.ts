import { Problem } from '../../errors.js';

const FRAME_MAGIC = 0xfd2fb528;
/** Skippable frames have one of sixteen numbers. */
const SKIPPABLE_MAGIC = 0x184d2a5;
const DICTIONARY_BYTES = [0, 1, 2, 4];
const CONTENT_SIZE_BYTES = [0, 2, 4, 8];
const RLE_BLOCK = 1;
const RESERVED_BLOCK = 3;

/** What a decoder has to keep of what it wrote: the most that RFC 9659 allows in the encoding of a content. */
export const MAX_WINDOW_BYTES = 8 * 1024 * 1024;

/**
 * Walks over the frames and blocks of a zstd stream (RFC 8878, section 3.1) without decompressing them, piece by piece,
 * ahead of a decoder that would take any window, of gigabytes too, and that takes a stream's early end for its end.
 */
export class ZstdFrames {
  /** The bytes of the header under way. */
  #header: number[] = [];
  #headerBytes = 4;
  /** What the header under way is of. */
  #at: 'frame' | 'block' = 'frame';
  /** Bytes of content that are still to come. */
  #skip = 0;
  #checksumBytes = 0;
  #frames = 0;

  /** True between two frames, when there was one at least. */
  get complete(): boolean {
    return this.#frames > 0 && this.#at === 'frame' && this.#header.length === 0 && this.#skip === 0;
  }

  /** Takes the next bytes. @throws Problem `body-encoding-broken`, `body-too-large` for a window over the limit */
  read(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length) {
      const skipped = Math.min(this.#skip, bytes.length - at);
      this.#skip -= skipped;
      at += skipped;
      if (at === bytes.length) return;
      this.#header.push(bytes[at]!);
      at += 1;
      if (this.#header.length === this.#headerBytes) this.#readHeader();
    }
  }

  #readHeader(): void {
    if (this.#at === 'block') this.#readBlockHeader();
    else if (this.#header.length === 4) this.#readMagic();
    else if (this.#number(0, 4) !== FRAME_MAGIC) this.#expect('frame', 4, this.#number(4, 4));
    else if (this.#header.length === 5) this.#headerBytes = frameHeaderBytes(this.#header[4]!);
    if (this.#at === 'frame' && this.#header.length > 5 && this.#header.length === this.#headerBytes) {
      this.#readFrameHeader();
    }
  }

  #readMagic(): void {
    const magic = this.#number(0, 4);
    if (magic === FRAME_MAGIC) this.#headerBytes = 5;
    else if (Math.floor(magic / 16) === SKIPPABLE_MAGIC) this.#headerBytes = 8;
    else throw broken('it is not zstd');
    this.#frames += 1;
  }

  #readFrameHeader(): void {
    const descriptor = this.#header[4]!;
    if (windowBytes(this.#header) > MAX_WINDOW_BYTES) {
      throw new Problem('body-too-large', { detail: `zstd windows may have at most ${MAX_WINDOW_BYTES} bytes.` });
    }
    this.#checksumBytes = (descriptor & 4) === 0 ? 0 : 4;
    this.#expect('block', 3, 0);
  }

  #readBlockHeader(): void {
    const header = this.#number(0, 3);
    const type = (header >> 1) & 3;
    if (type === RESERVED_BLOCK) throw broken('it has a block of an unknown type');
    const bytes = type === RLE_BLOCK ? 1 : header >> 3;
    if ((header & 1) === 1) this.#expect('frame', 4, bytes + this.#checksumBytes);
    else this.#expect('block', 3, bytes);
  }

  /** After so many bytes of content comes this header. */
  #expect(header: 'frame' | 'block', bytes: number, afterBytes: number): void {
    this.#at = header;
    this.#header = [];
    this.#headerBytes = bytes;
    this.#skip = afterBytes;
  }

  #number(start: number, bytes: number): number {
    return littleEndian(this.#header, start, bytes);
  }
}

/** Length of a frame's header, magic number included, by its descriptor. */
function frameHeaderBytes(descriptor: number): number {
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const sizeBytes = CONTENT_SIZE_BYTES[descriptor >> 6]! || (isSingleSegment ? 1 : 0);
  return 5 + (isSingleSegment ? 0 : 1) + DICTIONARY_BYTES[descriptor & 3]! + sizeBytes;
}

/** The window that a frame's whole header asks for. */
function windowBytes(header: readonly number[]): number {
  const descriptor = header[4]!;
  if ((descriptor & 0x20) === 0) {
    const base = 2 ** (10 + (header[5]! >> 3));
    return base + (base / 8) * (header[5]! & 7);
  }
  const sizeBytes = CONTENT_SIZE_BYTES[descriptor >> 6]! || 1;
  return littleEndian(header, header.length - sizeBytes, sizeBytes) + (sizeBytes === 2 ? 256 : 0);
}

function littleEndian(bytes: readonly number[], start: number, count: number): number {
  let number = 0;
  for (let i = start + count - 1; i >= start; i--) number = number * 256 + bytes[i]!;
  return number;
}

function broken(reason: string): Problem {
  return new Problem('body-encoding-broken', { detail: `As zstd, ${reason}.` });
}
