import { isUtf8 } from 'node:buffer';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Decompress } from 'fzstd';
import { Problem } from '../errors.js';
import { type BodyEncoding, tooLarge } from './body.js';

/** A line of a stream, without its end. `text` is undefined when the line is not UTF-8. */
export interface Line {
  /** From 1, blank lines counted. */
  number: number;
  text: string | undefined;
}

/**
 * The lines of a body of any length, in groups as they arrive; blank ones are left out. Memory is bounded by one
 * piece of the transport and one line.
 *
 * @throws Problem `body-too-large` for a line over `maxLineBytes`; `body-encoding-broken`
 */
export async function* readLines(
  body: Readable,
  encoding: BodyEncoding,
  limits: { maxLineBytes: number; maxGroupLines: number; maxGroupBytes: number },
): AsyncGenerator<Line[]> {
  let number = 0;
  let rest: Buffer = Buffer.alloc(0);
  let group: Line[] = [];
  let groupBytes = 0;
  const take = (bytes: Buffer): void => {
    number += 1;
    const line = bytes.length > 0 && bytes[bytes.length - 1] === 0x0d ? bytes.subarray(0, -1) : bytes;
    if (isBlank(line)) return;
    group.push({ number, text: isUtf8(line) ? line.toString('utf8') : undefined });
    groupBytes += line.length;
  };
  const flush = (): Line[] => {
    const full = group;
    group = [];
    groupBytes = 0;
    return full;
  };
  for await (const piece of decompressed(body, encoding)) {
    let start = 0;
    for (let end = piece.indexOf(0x0a); end !== -1; end = piece.indexOf(0x0a, start)) {
      const head = piece.subarray(start, end);
      take(rest.length === 0 ? head : Buffer.concat([rest, head]));
      rest = Buffer.alloc(0);
      start = end + 1;
      if (group.length >= limits.maxGroupLines || groupBytes >= limits.maxGroupBytes) yield flush();
    }
    if (start < piece.length) rest = Buffer.concat([rest, piece.subarray(start)]);
    if (rest.length > limits.maxLineBytes) throw tooLarge(limits.maxLineBytes);
    if (group.length > 0) yield flush();
  }
  if (rest.length > 0) take(rest);
  if (group.length > 0) yield flush();
}

const MAX_PIECE_BYTES = 64 * 1024 * 1024;

function isBlank(line: Buffer): boolean {
  for (const byte of line) if (byte !== 0x20 && byte !== 0x09) return false;
  return true;
}

async function* decompressed(body: Readable, encoding: BodyEncoding): AsyncGenerator<Buffer> {
  if (encoding === 'identity') {
    yield* body as AsyncIterable<Buffer>;
  } else if (encoding === 'zstd') {
    yield* unzstdPieces(body);
  } else {
    yield* gunzipPieces(body);
  }
}

async function* gunzipPieces(body: Readable): AsyncGenerator<Buffer> {
  const gunzip = createGunzip();
  body.on('error', (error) => gunzip.destroy(error));
  body.on('aborted', () => gunzip.destroy(new Error('aborted')));
  body.pipe(gunzip);
  try {
    yield* gunzip as AsyncIterable<Buffer>;
  } catch (cause) {
    throw new Problem('body-encoding-broken', { cause });
  } finally {
    gunzip.destroy();
  }
}

async function* unzstdPieces(body: Readable): AsyncGenerator<Buffer> {
  const ready: Buffer[] = [];
  let readyBytes = 0;
  const stream = new Decompress((part) => {
    readyBytes += part.length;
    // One piece of the transport has at most 64 KiB: what blows up beyond this is no log.
    if (readyBytes > MAX_PIECE_BYTES) throw tooLarge(MAX_PIECE_BYTES);
    ready.push(Buffer.from(part));
  });
  const push = (piece: Uint8Array, last: boolean): Buffer[] => {
    try {
      stream.push(piece, last);
    } catch (cause) {
      throw cause instanceof Problem ? cause : new Problem('body-encoding-broken', { cause });
    }
    readyBytes = 0;
    return ready.splice(0);
  };
  for await (const piece of body as AsyncIterable<Buffer>) yield* push(piece, false);
  yield* push(new Uint8Array(0), true);
}
