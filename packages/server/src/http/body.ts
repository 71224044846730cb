import { isUtf8 } from 'node:buffer';
import { gunzip } from 'node:zlib';
import { Problem } from '../errors.js';
import { unzstd } from './unzstd.js';

/** Encodings of a request body that are understood, besides none. */
export type BodyEncoding = 'identity' | 'gzip' | 'zstd';

/** @throws Problem `body-wrong-type` */
export function bodyEncoding(header: string | undefined): BodyEncoding {
  const name = (header ?? 'identity').trim().toLowerCase();
  if (name === '' || name === 'identity') return 'identity';
  if (name === 'gzip' || name === 'x-gzip') return 'gzip';
  if (name === 'zstd') return 'zstd';
  throw new Problem('body-wrong-type', { detail: `Content-Encoding: ${name.slice(0, 40)}` });
}

/**
 * A whole body, decompressed, that is UTF-8.
 * @param maxBytes bound on the decompressed size: what a small body can blow up to
 * @throws Problem `body-encoding-broken`, `body-too-large`, `body-not-json` when it is not UTF-8
 */
export async function bodyBytes(body: Buffer, encoding: BodyEncoding, maxBytes: number): Promise<Buffer> {
  const bytes = await decompress(body, encoding, maxBytes);
  if (!isUtf8(bytes)) throw new Problem('body-not-json', { detail: 'The body is not UTF-8.' });
  return bytes;
}

async function decompress(body: Buffer, encoding: BodyEncoding, maxBytes: number): Promise<Buffer> {
  if (encoding === 'identity') return body;
  if (encoding === 'zstd') return wholeZstd(body, maxBytes);
  return new Promise((resolve, reject) => {
    gunzip(body, { maxOutputLength: maxBytes }, (error, bytes) => {
      if (error === null) resolve(bytes);
      else if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') reject(tooLarge(maxBytes));
      else reject(new Problem('body-encoding-broken', { cause: error }));
    });
  });
}

async function wholeZstd(body: Buffer, maxBytes: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of unzstd([body])) {
    bytes += part.length;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

export function tooLarge(maxBytes: number): Problem {
  return new Problem('body-too-large', { detail: `At most ${maxBytes} bytes, decompressed.` });
}
