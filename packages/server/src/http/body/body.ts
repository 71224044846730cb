import { isUtf8 } from 'node:buffer';
import { Readable } from 'node:stream';
import { Problem } from '../../errors.js';
import { gunzip } from './gunzip.js';
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
 * @param hold told how many bytes are in memory, before there are more; what it throws ends the work
 * @throws Problem `body-encoding-broken`, `body-too-large`, `body-not-json` when it is not UTF-8
 */
export async function bodyBytes(
  body: Buffer,
  encoding: BodyEncoding,
  maxBytes: number,
  hold: (bytes: number) => void = () => undefined,
): Promise<Buffer> {
  const bytes = await decodedBytes(body, encoding, maxBytes, hold);
  if (!isUtf8(bytes)) throw new Problem('body-not-json', { detail: 'The body is not UTF-8.' });
  return bytes;
}

/** The same for a body that need not be a text. @throws Problem `body-encoding-broken`, `body-too-large` */
export async function decodedBytes(
  body: Buffer,
  encoding: BodyEncoding,
  maxBytes: number,
  hold: (bytes: number) => void = () => undefined,
): Promise<Buffer> {
  hold(body.length);
  return encoding === 'identity' ? body : decompress(body, encoding, maxBytes, hold);
}

async function decompress(
  body: Buffer,
  encoding: 'gzip' | 'zstd',
  maxBytes: number,
  hold: (bytes: number) => void,
): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of encoding === 'zstd' ? unzstd([body]) : gunzip(Readable.from([body]))) {
    bytes += part.length;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    hold(body.length + bytes);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

export function tooLarge(maxBytes: number): Problem {
  return new Problem('body-too-large', { detail: `At most ${maxBytes} bytes, decompressed.` });
}
