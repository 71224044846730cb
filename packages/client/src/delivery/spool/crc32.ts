import * as zlib from 'node:zlib';

/** Reflected polynomial of CRC-32 (ISO/IEC 13239), as in gzip (RFC 1952, section 8). */
const POLYNOMIAL = 0xedb88320;

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1;
  return value >>> 0;
});

/** The same by hand, for runtimes whose zlib has none. */
export function tableCrc32(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) value = table[(value ^ byte) & 0xff]! ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}

/** CRC-32 as an unsigned number. */
export const crc32: (bytes: Uint8Array) => number = zlib.crc32 ?? tableCrc32;
