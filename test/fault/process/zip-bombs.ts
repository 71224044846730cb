import { gzipSync } from 'node:zlib';

const MIB = 1024 * 1024;
const ZSTD_MAGIC = [0x28, 0xb5, 0x2f, 0xfd];
/** Neither checksum nor content size; a window of 128 KiB (RFC 8878, section 3.1.1.1). */
const ZSTD_FRAME = [...ZSTD_MAGIC, 0x00, 0x38];
const ZSTD_MAX_BLOCK_BYTES = 128 * 1024;
const RAW_BLOCK = 0;
const REPEATED_BLOCK = 1;

/** 512 MiB of one character in about half a MiB of gzip. */
export function gzipBomb(): Buffer {
  const piece = gzipSync(Buffer.alloc(64 * MIB, 'x'));
  // Members of gzip may follow one another (RFC 1952, section 2.2).
  return Buffer.concat(Array.from({ length: 8 }, () => piece));
}

/** 1 GiB of one character in 32 KiB of zstd. */
export function zstdBomb(): Buffer {
  const blocks = (1024 * MIB) / ZSTD_MAX_BLOCK_BYTES;
  const block = (last: boolean) =>
    Buffer.concat([blockHeader(ZSTD_MAX_BLOCK_BYTES, REPEATED_BLOCK, last), Buffer.from('x')]);
  return Buffer.concat([Buffer.from(ZSTD_FRAME), ...Array.from({ length: blocks }, (_, i) => block(i === blocks - 1))]);
}

/** Bytes as a zstd frame that stores them as they are; at most 128 KiB. */
export function zstdStored(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from(ZSTD_FRAME), blockHeader(bytes.length, RAW_BLOCK, true), bytes]);
}

function blockHeader(bytes: number, type: number, last: boolean): Buffer {
  const header = Buffer.alloc(3);
  header.writeUIntLE((bytes << 3) | (type << 1) | (last ? 1 : 0), 0, 3);
  return header;
}
