import { pipeline, Readable, type Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import type { ExportCompression } from './export-format.js';
import { gzipBlocks } from './gzip-blocks.js';

/** Node has zstd from 22.15 on; its types of the oldest supported Node do not know it. */
const { createZstdCompress } = zlib as { createZstdCompress?: () => Transform };

/** Which compressions this process has. */
export function supportedCompressions(): ExportCompression[] {
  return createZstdCompress === undefined ? ['none', 'gzip'] : ['none', 'gzip', 'zstd'];
}

/** The same bytes compressed, in pieces. What the pieces throw is thrown on. */
export function compressed(
  pieces: AsyncIterable<Uint8Array>,
  compression: ExportCompression,
): AsyncIterable<Uint8Array> {
  if (compression === 'none') return pieces;
  if (compression === 'gzip') return gzipBlocks(pieces);
  // The failure of one is the failure of the other: whoever reads the compressor hears of it.
  return pipeline(Readable.from(pieces), createZstdCompress!(), () => undefined);
}
