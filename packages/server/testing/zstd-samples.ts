/** Bytes as zstd, by hand: in blocks that are stored as they are. */

export interface FrameOptions {
  blockBytes?: number;
  /** Exponent of the window's size in bytes, from 10. */
  windowLog?: number;
  checksum?: boolean;
}

const MAGIC = [0x28, 0xb5, 0x2f, 0xfd];

/** One frame (RFC 8878, section 3.1.1). */
export function storedFrame(
  content: Uint8Array,
  { blockBytes = 100, windowLog = 17, checksum }: FrameOptions = {},
): Buffer {
  const parts: Uint8Array[] = [Buffer.from([...MAGIC, checksum ? 4 : 0, (windowLog - 10) << 3])];
  for (let start = 0; start < content.length || start === 0; start += blockBytes) {
    const block = content.subarray(start, start + blockBytes);
    const isLast = start + blockBytes >= content.length;
    parts.push(blockHeader(block.length, 0, isLast), Buffer.from(block));
  }
  if (checksum) parts.push(Buffer.from([1, 2, 3, 4]));
  return Buffer.concat(parts);
}

/** One frame whose blocks each say one byte over and over: four bytes become as many as `blockBytes`. */
export function repeatingFrame(byte: number, blocks: number, blockBytes = 131_072): Buffer {
  const parts: Uint8Array[] = [Buffer.from([...MAGIC, 0, 7 << 3])];
  for (let i = 0; i < blocks; i++) parts.push(blockHeader(blockBytes, 1, i === blocks - 1), Buffer.from([byte]));
  return Buffer.concat(parts);
}

/** A frame that decoders pass over (section 3.1.2). */
export function skippableFrame(bytes: number): Buffer {
  const frame = Buffer.alloc(8 + bytes, 0xaa);
  frame.writeUInt32LE(0x184d2a53, 0);
  frame.writeUInt32LE(bytes, 4);
  return frame;
}

function blockHeader(bytes: number, type: number, isLast: boolean): Buffer {
  const header = Buffer.alloc(3);
  header.writeUIntLE(bytes * 8 + type * 2 + (isLast ? 1 : 0), 0, 3);
  return header;
}

/** 200 lines of NDJSON. */
export const sampleLines = Array.from({ length: 200 }, (_, i) =>
  JSON.stringify({ id: `z${i}`, action: 'order.approve', message: `number ${i}` }),
);

/** {@link sampleLines}, each with its line feed, as the zstd command 1.5 compresses them from a pipe. */
export const compressedLines = Buffer.from(
  [
    'KLUv/QBYVREAhtxCGnBNig2ocaTievYe2f+/CZ0ie6dMyoWsf26yTQA1ADEAJEmSJEmSJDkzMzMzMzMzM/PfmVUR2S05AzBxSECD',
    'QZDwoHAoDsbBoqGBkXAIHAyIhQYDw2KgwTBoLByKQ2EBwaFgcQgcEnEoDgOEQyJ3d3d3d3d3ZmZmZmZmZmZmZlVVVVVVVVVVVVVE',
    'REREREREREREtm3btm3btt22bdu2bdu2AbZt23bbtm3btm3bkiRJkiRJkuTMzMzMzMzMzIyIiIiIiIiIiIjM/////////9/d3QUA',
    'E8f//////////+7u7u7u7u7u7s7MzMzMzMzMzMysqqqqqqqqqqqqioiIiIiIiIiIiMi2bdsOgY6oIfj2/w6RZxRZBxI4QSCCBxQg',
    'BP9/4A8Qg6QAPJ0EMTiUBNEpAE6FYlAagKOTEAZHmTA0BaCpUA5KAXAaFWLoKBGKkwCcFuJAKQBOk0kMGiVBeAqCU0FMFAXgbBKK',
    'wZHa8WaSQOIVIV79UjUuVbVUCUsVK1WhUmVK1aBUdVIVJlWUVAGSKkeqRqSqIVUCUsVHVXhUvXVUAcRRPjTPg/PxOJ8f63OeD87H',
    '5T6vrO94Hp4fh/t8WL/zeTg+juvzcX3H8+H4OO7nx/Sdx8P54zifj+V3ng/nxeVePtbvfMGWeS0eWcaxeK7MW/FVGabimzIsxRdl',
    'HorPJ/NOfE2GmXifJSOAEk+SYSRcDIvVFcNi6ophsUqsQO0AtAo=',
  ].join(''),
  'base64',
);
