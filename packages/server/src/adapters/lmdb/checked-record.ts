import { crc32 } from 'node:zlib';

/**
 * A value as it lies in LMDB: a number (a running total, a revision), some bytes, and a CRC-32 over the key, the number
 * and the bytes. The key is part of it so that a whole value that turns up in another's place is found out, too.
 *
 * Layout: CRC-32 (4 bytes) | number (8 bytes, unsigned) | bytes; integers are big-endian.
 */
export interface CheckedRecord {
  /** A non-negative safe integer. */
  number: number;
  bytes: Uint8Array;
}

const NUMBER_OFFSET = 4;
const BYTES_OFFSET = 12;

/** A buffer that shares nothing with `record.bytes`; it is fresh, or is taken with `take`. */
export function encodeRecord(
  key: Uint8Array,
  record: CheckedRecord,
  take: (length: number) => Buffer = Buffer.allocUnsafe,
): Buffer {
  const value = take(BYTES_OFFSET + record.bytes.length);
  value.writeBigUInt64BE(BigInt(record.number), NUMBER_OFFSET);
  value.set(record.bytes, BYTES_OFFSET);
  value.writeUInt32BE(checksum(key, value), 0);
  return value;
}

/**
 * The record of a value, or undefined when the value is not what {@link encodeRecord} made for this key.
 * The record's bytes lie in `value`, which therefore has to be the caller's own.
 */
export function decodeRecord(key: Uint8Array, value: Buffer): CheckedRecord | undefined {
  if (value.length < BYTES_OFFSET || value.readUInt32BE(0) !== checksum(key, value)) return undefined;
  const number = Number(value.readBigUInt64BE(NUMBER_OFFSET));
  return { number, bytes: new Uint8Array(value.buffer, value.byteOffset + BYTES_OFFSET, value.length - BYTES_OFFSET) };
}

function checksum(key: Uint8Array, value: Buffer): number {
  return crc32(value.subarray(NUMBER_OFFSET), crc32(key));
}
