const NEWLINE = 0x0a;

/** A line without its newline; `bytes` is undefined if it was longer than allowed. `number` counts from 1. */
export interface Line {
  readonly number: number;
  readonly bytes: Buffer | undefined;
}

/**
 * Splits content into lines, as many at a time as a piece completes. The last line needs no newline.
 * Memory: one piece and one line of at most `maxBytes`; what a longer line has beyond that is passed over.
 */
export async function* readLines(chunks: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<Line[]> {
  let number = 0;
  let parts: Buffer[] = [];
  let length = 0;
  const take = (piece: Buffer) => {
    length += piece.length;
    if (length > maxBytes) parts = [];
    else if (piece.length > 0) parts.push(piece);
  };
  const finish = (): Line => {
    const [only] = parts;
    const bytes = length > maxBytes ? undefined : parts.length === 1 && only ? only : Buffer.concat(parts);
    parts = [];
    length = 0;
    number += 1;
    return { number, bytes };
  };
  for await (const chunk of chunks) {
    const lines: Line[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      take(chunk.subarray(start, end));
      lines.push(finish());
      start = end + 1;
    }
    take(chunk.subarray(start));
    if (lines.length > 0) yield lines;
  }
  if (length > 0) yield [finish()];
}

/** All lines from the first on as one text again, up to `maxBytes`; undefined if there is more. */
export async function joinLines(first: readonly Line[], rest: AsyncIterable<Line[]>, maxBytes: number) {
  const parts: Buffer[] = [];
  let length = 0;
  const newline = Buffer.of(NEWLINE);
  const take = (lines: readonly Line[]): boolean => {
    for (const { bytes } of lines) {
      if (bytes === undefined) return false;
      length += bytes.length + 1;
      if (length > maxBytes) return false;
      parts.push(bytes, newline);
    }
    return true;
  };
  if (!take(first)) return undefined;
  for await (const lines of rest) if (!take(lines)) return undefined;
  return Buffer.concat(parts);
}
