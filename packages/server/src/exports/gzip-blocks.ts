import { promisify } from 'node:util';
import { constants, crc32, deflateRaw } from 'node:zlib';

/** Half the time of the default, for a tenth more bytes. */
const LEVEL = 1;
/** What is compressed at once: large beside the 32 KiB that deflate looks back on. */
const BLOCK_BYTES = 1_048_576;
/** What a thread gives before it has to be asked for more. */
const OUTPUT_BYTES = 524_288;
/** As many as are compressed at once: more than two threads would be taken from what gives the bytes. */
const BLOCKS_AT_ONCE = 2;

/** RFC 1952, section 2.3.1: deflate, no name, no time, compressed fast, of no file system. */
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 255]);
/** RFC 1951, section 3.2.6: a block with fixed codes that is the last one and has nothing but its end. */
const LAST_BLOCK = Buffer.from([3, 0]);

const deflated = promisify(deflateRaw);

/**
 * The same bytes as one member of gzip (RFC 1952). They are compressed in blocks of a fixed size, several at once on
 * threads of the pool, each for itself and ended at a byte: so equal bytes give an equal file, in whatever pieces they come.
 * What the pieces throw is thrown on.
 */
export async function* gzipBlocks(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const underWay: Promise<Uint8Array>[] = [];
  let checksum = 0;
  let bytes = 0;
  yield HEADER;
  for await (const block of blocksOf(pieces)) {
    checksum = crc32(block, checksum);
    bytes += block.length;
    const options = { level: LEVEL, finishFlush: constants.Z_SYNC_FLUSH, chunkSize: OUTPUT_BYTES };
    const compressing = deflated(block, options);
    // Told where it is waited for.
    compressing.catch(() => undefined);
    underWay.push(compressing);
    if (underWay.length > BLOCKS_AT_ONCE) yield await underWay.shift()!;
  }
  for (const block of underWay) yield await block;
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(checksum, 0);
  trailer.writeUInt32LE(bytes % 2 ** 32, 4);
  yield Buffer.concat([LAST_BLOCK, trailer]);
}

/** Blocks of one size, but for the last; none of no bytes. */
async function* blocksOf(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let block = Buffer.allocUnsafeSlow(BLOCK_BYTES);
  let filled = 0;
  for await (const piece of pieces) {
    for (let at = 0; at < piece.length; ) {
      const part = piece.subarray(at, at + BLOCK_BYTES - filled);
      block.set(part, filled);
      filled += part.length;
      at += part.length;
      if (filled < BLOCK_BYTES) continue;
      yield block;
      block = Buffer.allocUnsafeSlow(BLOCK_BYTES);
      filled = 0;
    }
  }
  if (filled > 0) yield block.subarray(0, filled);
}
