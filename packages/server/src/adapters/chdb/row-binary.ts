import { PortFailure } from '../../ports/failure.js';

/** Reads ClickHouse's RowBinary: integers little-endian, strings with a LEB128 length before them. */
export class RowBinaryReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** A UInt64 that is known to be a safe integer. */
  uint64(): number {
    const low = this.#bytes.readUInt32LE(this.#at);
    const high = this.#bytes.readUInt32LE(this.#at + 4);
    this.#at += 8;
    return high * 4_294_967_296 + low;
  }

  int64(): bigint {
    const value = this.#bytes.readBigInt64LE(this.#at);
    this.#at += 8;
    return value;
  }

  float64(): number {
    const value = this.#bytes.readDoubleLE(this.#at);
    this.#at += 8;
    return value;
  }

  /** An Array, each of whose items is read by a function. */
  items<T>(read: () => T): T[] {
    return Array.from({ length: this.#length() }, read);
  }

  /** A String's bytes, as a view. */
  bytes(): Uint8Array {
    const length = this.#length();
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new PortFailure('unavailable', 'The engine sent a row that ends too early');
    const value = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return value;
  }

  text(): string {
    return Buffer.from(this.bytes()).toString('utf8');
  }

  #length(): number {
    let length = 0;
    let scale = 1;
    for (;;) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw new PortFailure('unavailable', 'The engine sent a row that ends too early');
      length += (byte & 0x7f) * scale;
      if (byte < 0x80) return length;
      scale *= 128;
    }
  }
}
