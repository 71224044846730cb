/** No UTF-16 unit takes more than this in UTF-8. */
const MAX_BYTES_PER_UNIT = 3;
/** Up to here a loop over the characters is quicker than the platform's encoder. */
const SHORT_CHARS = 128;
const REMEMBERED_MAX_BYTES = 1024;

/**
 * Memory in which the input of a synchronous hash is put together, used again and again. What is in it is overwritten by
 * the next use.
 */
export class Scratch {
  readonly bytes: Buffer;
  /** Beginnings of the memory by their length: to make one anew costs a third of a hash. */
  readonly #views: Buffer[] = [];

  /** @param fill the value of every byte */
  constructor(bytes: number, fill = 0) {
    this.bytes = Buffer.alloc(bytes, fill);
  }

  /** Whether a text has room behind this place; else it takes a larger one, which is not kept. */
  hasRoom(at: number, text: string): boolean {
    return roomFor(at, text) <= this.bytes.length;
  }

  /** Puts the UTF-8 of a text, and gives where it ends. */
  text(text: string, at: number): number {
    const { bytes } = this;
    const { length } = text;
    if (length > SHORT_CHARS) return at + bytes.write(text, at);
    for (let index = 0; index < length; index++) {
      const unit = text.charCodeAt(index);
      if (unit >= 0x80) return at + bytes.write(text, at);
      bytes[at + index] = unit;
    }
    return at + length;
  }

  /** Puts the bytes that the characters of a text stand for, each of which is one. */
  binary(text: string, at: number): number {
    const { bytes } = this;
    for (let index = 0; index < text.length; index++) bytes[at + index] = text.charCodeAt(index);
    return at + text.length;
  }

  /** The first bytes, as they are now. */
  upTo(end: number): Buffer {
    if (end > REMEMBERED_MAX_BYTES) return this.bytes.subarray(0, end);
    const known = this.#views[end];
    if (known !== undefined) return known;
    const view = this.bytes.subarray(0, end);
    this.#views[end] = view;
    return view;
  }
}

/** How large a scratch has to be for a text behind this place. */
export function roomFor(at: number, text: string): number {
  return at + text.length * MAX_BYTES_PER_UNIT;
}
