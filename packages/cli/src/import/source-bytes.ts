import { createReadStream } from 'node:fs';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { messageOf, usageFailure } from '../failure.js';
import { type SourceFile, STDIN_PATH } from './source-files.js';

const READ_BYTES = 256 * 1024;

/**
 * Content of a source, piece by piece. Compressed content (gzip) is told by its first bytes, not by its name.
 * @param onBytes told how many bytes of the source, as on disk, have been read
 * @throws CliFailure `usage` when the source cannot be read or the compressed data is broken
 */
export async function* sourceBytes(
  source: SourceFile,
  stdin: AsyncIterable<Uint8Array>,
  onBytes: (bytes: number) => void = () => {},
): AsyncGenerator<Buffer> {
  const raw = source.path === STDIN_PATH ? stdin : createReadStream(source.path, { highWaterMark: READ_BYTES });
  try {
    yield* unzipped(counted(raw, onBytes));
  } catch (error) {
    throw usageFailure(`Cannot read ${source.label}: ${messageOf(error)}`);
  }
}

async function* counted(raw: AsyncIterable<Uint8Array>, onBytes: (bytes: number) => void): AsyncGenerator<Buffer> {
  for await (const chunk of raw) {
    onBytes(chunk.length);
    yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
  }
}

async function* unzipped(chunks: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  let head = Buffer.alloc(0);
  while (head.length < 2) {
    const next = await chunks.next();
    if (next.done === true) break;
    head = Buffer.concat([head, next.value]);
  }
  const whole = after(head, chunks);
  if (head[0] !== 0x1f || head[1] !== 0x8b) {
    yield* whole;
    return;
  }
  // A failure of either stream surfaces where the last one is read, so the callback has nothing to do.
  yield* pipeline(Readable.from(whole), createGunzip(), () => {}) as AsyncIterable<Buffer>;
}

async function* after(head: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  if (head.length > 0) yield head;
  yield* rest;
}
