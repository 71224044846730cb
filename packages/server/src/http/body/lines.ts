import { isUtf8 } from 'node:buffer';
import type { Readable } from 'node:stream';
import { type BodyEncoding, tooLarge } from './body.js';
import { gunzip } from './gunzip.js';
import { unzstd } from './unzstd.js';

/** A line of a stream, without its end. `text` is undefined when the line is not UTF-8. */
export interface Line {
  /** From 1, blank lines counted. */
  number: number;
  text: string | undefined;
}

export interface LineLimits {
  maxLineBytes: number;
  maxGroupLines: number;
  maxGroupBytes: number;
  /** Told how many bytes a line that has not ended takes, before it takes more; what it throws ends the reading. */
  hold?: (bytes: number) => void;
}

/**
 * The lines of a body of any length, in groups as they arrive; blank ones are left out. Memory is bounded by one
 * piece of the transport, decompressed, and one line.
 *
 * @throws Problem `body-too-large` for a line over `maxLineBytes`; `body-encoding-broken`
 */
export async function* readLines(body: Readable, encoding: BodyEncoding, limits: LineLimits): AsyncGenerator<Line[]> {
  let number = 0;
  /** What there is of the line that has not ended yet, at the start of a buffer that doubles. */
  let rest: Buffer = Buffer.alloc(0);
  let restBytes = 0;
  let group: Line[] = [];
  let groupBytes = 0;
  const hold = (bytes: Buffer): void => {
    const needed = restBytes + bytes.length;
    if (needed > limits.maxLineBytes) throw tooLarge(limits.maxLineBytes);
    if (needed > rest.length) {
      const grownBytes = Math.max(needed, 2 * rest.length);
      limits.hold?.(grownBytes);
      const grown = Buffer.allocUnsafe(grownBytes);
      rest.copy(grown, 0, 0, restBytes);
      rest = grown;
    }
    bytes.copy(rest, restBytes);
    restBytes = needed;
  };
  /** Ends a line with its last bytes. */
  const take = (bytes: Buffer): void => {
    if (bytes.length > limits.maxLineBytes) throw tooLarge(limits.maxLineBytes);
    if (restBytes > 0) hold(bytes);
    const whole = restBytes > 0 ? rest.subarray(0, restBytes) : bytes;
    if (restBytes > MAX_KEPT_BYTES) rest = Buffer.alloc(0);
    restBytes = 0;
    number += 1;
    const line = whole.at(-1) === 0x0d ? whole.subarray(0, -1) : whole;
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
      take(piece.subarray(start, end));
      start = end + 1;
      if (group.length >= limits.maxGroupLines || groupBytes >= limits.maxGroupBytes) yield flush();
    }
    hold(piece.subarray(start));
    if (group.length > 0) yield flush();
  }
  if (restBytes > 0) take(Buffer.alloc(0));
  if (group.length > 0) yield flush();
}

/** A buffer that one long line needed is let go beyond this. */
const MAX_KEPT_BYTES = 1_048_576;

function isBlank(line: Buffer): boolean {
  for (const byte of line) if (byte !== 0x20 && byte !== 0x09) return false;
  return true;
}

/** The pieces of the body. Where it is not read to its end it is left alone: Node drops the rest after the answer. */
async function* decompressed(body: Readable, encoding: BodyEncoding): AsyncGenerator<Buffer> {
  const pieces: AsyncIterable<Buffer> = body.iterator({ destroyOnReturn: false });
  if (encoding === 'identity') yield* pieces;
  else if (encoding === 'zstd') yield* unzstd(pieces);
  else yield* gunzip(body);
}
