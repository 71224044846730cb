import type { IncomingMessage } from 'node:http';
import { pipeline, type Readable, type Transform } from 'node:stream';
import { constants, createBrotliDecompress, createGunzip } from 'node:zlib';
import type { BodyBuffers } from './body-buffers.js';

/** A stream that ends too early gives what it has: what is missing is for the reader of the content to find. */
const GZIP = { flush: constants.Z_SYNC_FLUSH, finishFlush: constants.Z_SYNC_FLUSH };
const BROTLI = { flush: constants.BROTLI_OPERATION_FLUSH, finishFlush: constants.BROTLI_OPERATION_FLUSH };

/** By content coding (RFC 9110, section 8.4.1). A static store may serve one that nobody asked for. */
const decoders: Readonly<Record<string, () => Transform>> = {
  gzip: () => createGunzip(GZIP),
  'x-gzip': () => createGunzip(GZIP),
  br: () => createBrotliDecompress(BROTLI),
};

/**
 * The decompressed body of an answer; of one with more than `maxBytes` just one byte more, and the connection is closed.
 * Rejects if the connection breaks before the body's end, or the body is not in the coding that it says.
 * @param buffers lends memory for bodies that tell their length and come in pieces
 */
export function readBody(response: IncomingMessage, maxBytes: number, buffers?: BodyBuffers): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const source = decoded(response);
    if (source instanceof Error) {
      response.destroy();
      return reject(source);
    }
    const length = source === response ? Number(response.headers['content-length'] ?? Number.NaN) : Number.NaN;
    const pieces = new Pieces(length <= maxBytes ? length : undefined, buffers);
    source.on('data', (piece: Buffer) => {
      pieces.add(piece);
      if (pieces.length <= maxBytes) return;
      resolve(pieces.joined().subarray(0, maxBytes + 1));
      response.destroy();
    });
    source.on('end', () => resolve(pieces.joined()));
    source.on('error', reject);
  });
}

/** The body without its codings, of which the last one named was applied last; an error if one is not known. */
function decoded(response: IncomingMessage): Readable | Error {
  const codings = (response.headers['content-encoding'] ?? '').toLowerCase().split(',');
  let source: Readable = response;
  for (const coding of codings.map((text) => text.trim()).reverse()) {
    if (coding === '' || coding === 'identity') continue;
    const decoder = decoders[coding]?.();
    if (decoder === undefined) return new Error(`the answer is in a coding that was not asked for: ${coding}`);
    // Failures of the one end the other, and arrive as its error.
    source = pipeline(source, decoder, () => {});
  }
  return source;
}

/** Pieces of a body, put together as they come where its length is known. */
class Pieces {
  readonly #room: Buffer | undefined;
  readonly #list: Buffer[] = [];
  length = 0;

  constructor(length: number | undefined, buffers: BodyBuffers | undefined) {
    this.#room = length === undefined ? undefined : buffers?.take(length);
  }

  add(piece: Buffer): void {
    if (this.#room === undefined) this.#list.push(piece);
    else piece.copy(this.#room, this.length);
    this.length += piece.length;
  }

  joined(): Buffer {
    if (this.#room !== undefined) return this.#room.subarray(0, this.length);
    return this.#list.length === 1 ? this.#list[0]! : Buffer.concat(this.#list, this.length);
  }
}
