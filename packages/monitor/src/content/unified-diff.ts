import { changedLines } from './changed-lines.js';

/** Unchanged lines around a change, as all tools show them. */
const CONTEXT_LINES = 3;

/** How one text became another. */
export interface UnifiedDiff {
  /**
   * Hunks of the unified format (IEEE Std 1003.1, `diff -u`) without the two lines of file names; undefined: it would be
   * longer than the bound. Empty: the texts are equal.
   */
  readonly diff: string | undefined;
  readonly linesAdded: number;
  readonly linesRemoved: number;
}

/**
 * The unified diff of two texts. Lines end at line feeds; a carriage return before one is part of the line.
 *
 * @param maxChars bound of the diff
 */
export function unifiedDiff(before: string, after: string, maxChars: number): UnifiedDiff {
  const from = linesOf(before);
  const to = linesOf(after);
  const { removed, added } = changedLines(...numbered(from, to));
  const writer = new HunkWriter(from, to, maxChars);
  for (const hunk of hunksOf(removed, added)) writer.write(hunk, removed, added);
  return { diff: writer.text, linesAdded: countOf(added), linesRemoved: countOf(removed) };
}

/** Number of lines of a text, its last one with or without a line feed. */
export function countLines(text: string): number {
  return linesOf(text).length;
}

/** Lines with their line feeds: joined they are the text. */
function linesOf(text: string): string[] {
  const lines: string[] = [];
  for (let start = 0; start < text.length; ) {
    const feed = text.indexOf('\n', start);
    const end = feed === -1 ? text.length : feed + 1;
    lines.push(text.slice(start, end));
    start = end;
  }
  return lines;
}

/** Equal lines get equal numbers. */
function numbered(before: readonly string[], after: readonly string[]): [Int32Array, Int32Array] {
  const numbers = new Map<string, number>();
  const numberOf = (line: string) => {
    const known = numbers.get(line);
    if (known !== undefined) return known;
    numbers.set(line, numbers.size);
    return numbers.size - 1;
  };
  return [Int32Array.from(before, numberOf), Int32Array.from(after, numberOf)];
}

function countOf(flags: Uint8Array): number {
  return flags.reduce((sum, flag) => sum + flag, 0);
}

/** Lines `from0` to before `from1` became `to0` to before `to1`, the context included. Counted from 0. */
interface Hunk {
  from0: number;
  from1: number;
  to0: number;
  to1: number;
}

function* hunksOf(removed: Uint8Array, added: Uint8Array): Generator<Hunk> {
  let open: Hunk | undefined;
  let [from, to] = [0, 0];
  while (from < removed.length || to < added.length) {
    const [from0, to0] = [from, to];
    while (removed[from] === 1) from++;
    while (added[to] === 1) to++;
    if (from === from0 && to === to0) {
      from++;
      to++;
      continue;
    }
    if (open !== undefined && from0 - open.from1 > 2 * CONTEXT_LINES) {
      yield withContext(open, removed.length);
      open = undefined;
    }
    open = { from0: open?.from0 ?? from0, from1: from, to0: open?.to0 ?? to0, to1: to };
  }
  if (open !== undefined) yield withContext(open, removed.length);
}

function withContext({ from0, from1, to0, to1 }: Hunk, fromLength: number): Hunk {
  const before = Math.min(CONTEXT_LINES, from0);
  // What follows a change is equal in both, so it ends in both after as many lines.
  const after = Math.min(CONTEXT_LINES, fromLength - from1);
  return { from0: from0 - before, from1: from1 + after, to0: to0 - before, to1: to1 + after };
}

class HunkWriter {
  readonly #from: readonly string[];
  readonly #to: readonly string[];
  readonly #maxChars: number;
  #text: string | undefined = '';

  constructor(from: readonly string[], to: readonly string[], maxChars: number) {
    this.#from = from;
    this.#to = to;
    this.#maxChars = maxChars;
  }

  get text(): string | undefined {
    return this.#text;
  }

  write({ from0, from1, to0, to1 }: Hunk, removed: Uint8Array, added: Uint8Array): void {
    this.#add(`@@ -${range(from0, from1)} +${range(to0, to1)} @@\n`);
    let [from, to] = [from0, to0];
    while (from < from1 || to < to1) {
      if (from < from1 && removed[from] === 1) this.#line('-', this.#from[from++]!);
      else if (to < to1 && added[to] === 1) this.#line('+', this.#to[to++]!);
      else {
        this.#line(' ', this.#from[from++]!);
        to++;
      }
    }
  }

  #line(sign: string, line: string): void {
    this.#add(line.endsWith('\n') ? sign + line : `${sign}${line}\n\\ No newline at end of file\n`);
  }

  #add(piece: string): void {
    if (this.#text === undefined) return;
    this.#text = this.#text.length + piece.length > this.#maxChars ? undefined : this.#text + piece;
  }
}

/** First line and number of lines. Of no lines, the first is the one before. */
function range(start: number, end: number): string {
  return `${end === start ? start : start + 1},${end - start}`;
}
