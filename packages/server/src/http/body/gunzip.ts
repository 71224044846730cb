import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Problem } from '../../errors.js';

/** Larger pieces than the default: fewer steps for a large body. */
const PIECE_BYTES = 64 * 1024;

/**
 * Decompresses gzip as it comes. A body that is not read to its end is left as it is.
 * @throws Problem `body-encoding-broken`, also when the stream ends early
 */
export async function* gunzip(body: Readable): AsyncGenerator<Buffer> {
  const stream = createGunzip({ chunkSize: PIECE_BYTES });
  body.on('error', (error) => stream.destroy(error));
  body.on('aborted', () => stream.destroy(new Error('aborted')));
  body.pipe(stream);
  try {
    yield* stream as AsyncIterable<Buffer>;
  } catch (cause) {
    throw new Problem('body-encoding-broken', { cause });
  } finally {
    stream.destroy();
  }
}
