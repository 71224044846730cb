/** A key that is written without quotes; more keys can be read without them, as new letters come to Unicode. */
const PLAIN_KEY = /^[\w$@-]+$/;
const PLAIN_RUN = /[\p{L}\p{M}\p{N}_$@-]+/uy;

export interface PathReading {
  readonly keys: readonly string[];
  /** Where the path ends in the text. */
  readonly end: number;
}

/**
 * Reads `a.b`, or `a."any key".c` with `\"` and `\\` inside the quotes, as far as it goes. The first key is a plain
 * one, so that a phrase is not taken for a path.
 *
 * @returns undefined where there is no path
 */
export function readPath(text: string, start: number): PathReading | undefined {
  const keys: string[] = [];
  let at = start;
  for (;;) {
    const quoted = keys.length > 0 && text[at] === '"';
    const key = quoted ? readQuotedKey(text, at) : readPlainKey(text, at);
    if (key === undefined) return undefined;
    keys.push(key.text);
    at = key.end;
    if (text[at] !== '.') return { keys, end: at };
    at += 1;
  }
}

/** The canonical notation: quotes only where they are needed. */
export function pathText(keys: readonly string[]): string {
  return keys.map((key, place) => (PLAIN_KEY.test(key) || place === 0 ? key : quoteKey(key))).join('.');
}

function readPlainKey(text: string, start: number): { text: string; end: number } | undefined {
  PLAIN_RUN.lastIndex = start;
  const run = PLAIN_RUN.exec(text)?.[0];
  return run === undefined ? undefined : { text: run, end: start + run.length };
}

function readQuotedKey(text: string, start: number): { text: string; end: number } | undefined {
  let key = '';
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '"') return { text: key, end: at + 1 };
    if (text[at] === '\\') at += 1;
    key += text[at] ?? '';
  }
  return undefined;
}

function quoteKey(key: string): string {
  return `"${key.replace(/["\\]/g, '\\$&')}"`;
}
