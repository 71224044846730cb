import { jsonPointer } from './json-pointer.js';
import { type JsonSyntaxError, scanJson } from './json-scan.js';
import { countSoundMembers, inspectJson, type Json } from './json-value.js';
import { type FieldProblem, problem } from './problem.js';

/** A text that is refused as a whole. `line` and `column` (from 1) are there for errors of syntax. */
export interface JsonProblem extends FieldProblem {
  readonly line?: number;
  readonly column?: number;
}

export type JsonResult =
  | { readonly value: Json; readonly error?: never }
  | { readonly value?: never; readonly error: JsonProblem };

/**
 * Reads JSON (RFC 8259) strictly: what two readers could understand differently is refused, with the place.
 *
 * Refused: no JSON (a byte order mark included), a key twice in one object, numbers beyond ±(2^53 − 1) or not finite,
 * lone surrogates and U+0000 in strings and keys, more than 64 levels. `-0` is read as 0's equal and written as `0`.
 * The key `__proto__` is a key like any other.
 *
 * The fast way is `JSON.parse` and one walk; members are counted there and in the text. Only when the counts differ, or
 * the walk met something else to refuse, is it all read again, slowly, to say what and where.
 */
export function parseJson(text: string): JsonResult {
  const parsed = parse(text);
  if ('error' in parsed) return parsed;
  if (countSoundMembers(parsed.value, mayHaveBadTexts(text)) === countMembers(text)) return parsed;
  const [duplicate] = scanJson(text).duplicates;
  if (duplicate !== undefined) return { error: duplicateProblem(duplicate) };
  const { problem: found } = inspectJson(parsed.value);
  return found === undefined ? parsed : { error: found };
}

export type JsonArrayResult =
  | { readonly items: readonly JsonResult[]; readonly error?: never }
  | { readonly items?: never; readonly error: JsonProblem };

/**
 * Reads a batch: a JSON array. A text that is no JSON array, or has too many items, is refused as a whole; whatever is
 * wrong inside an item refuses that item only. Pointers in an item's error start at the item.
 */
export function parseJsonArray(text: string, maxItems: number): JsonArrayResult {
  const parsed = parse(text);
  if ('error' in parsed) return parsed;
  const values = parsed.value;
  if (!Array.isArray(values)) return { error: problem('not-an-array', '', 'A batch must be a JSON array: [ … ].') };
  if (values.length > maxItems) {
    return {
      error: problem('too-many-items', '', `The batch has ${values.length} items; at most ${maxItems} are possible.`),
    };
  }
  const checkTexts = mayHaveBadTexts(text);
  let members = 0;
  for (const value of values) members += countSoundMembers(value, checkTexts);
  if (members === countMembers(text)) return { items: values.map((value) => ({ value })) };
  const duplicates = duplicatesByItem(text);
  const items = values.map((value, index): JsonResult => {
    const error = duplicates.get(index) ?? inspectJson(value).problem;
    return error === undefined ? { value } : { error };
  });
  return { items };
}

function parse(text: string): { value: Json } | { error: JsonProblem } {
  try {
    return { value: JSON.parse(text) as Json };
  } catch {
    // The engine's own message differs from engine to engine and often lacks the place.
    return { error: syntaxProblem(text, scanJson(text).syntaxError) };
  }
}

function syntaxProblem(text: string, error: JsonSyntaxError | undefined): JsonProblem {
  if (text.startsWith('\uFEFF')) {
    return {
      ...problem('invalid-json', '', 'The text starts with a byte order mark; leave it out.'),
      line: 1,
      column: 1,
    };
  }
  if (text.trim() === '') return { ...problem('invalid-json', '', 'The text is empty.'), line: 1, column: 1 };
  // The engine gave up for another reason than the grammar, such as its own limit of nesting.
  if (error === undefined) return problem('too-deep', '', 'The JSON is too large or too deeply nested to be read.');
  const before = text.slice(0, error.offset);
  const line = before.split('\n').length;
  const column = error.offset - before.lastIndexOf('\n');
  const message = `Not JSON: ${error.message} at line ${line}, column ${column}.`;
  return { ...problem('invalid-json', '', message), line, column };
}

function duplicatesByItem(text: string): Map<number, FieldProblem> {
  const problems = new Map<number, FieldProblem>();
  for (const [item, ...path] of scanJson(text).duplicates) problems.set(item as number, duplicateProblem(path));
  return problems;
}

function duplicateProblem(path: readonly (string | number)[]): FieldProblem {
  const key = JSON.stringify(String(path.at(-1)).slice(0, 60).toWellFormed());
  return problem(
    'duplicate-key',
    jsonPointer(path).toWellFormed(),
    `The key ${key} appears twice in this object; keep one.`,
  );
}

/** Bad strings come from an escape, or from a text that was never proper Unicode. A raw U+0000 is no JSON at all. */
function mayHaveBadTexts(text: string): boolean {
  return text.includes('\\u') || !text.isWellFormed();
}

const QUOTE = 0x22;
const COLON = 0x3a;
const BACKSLASH = 0x5c;

/** Colons outside strings: the members of all objects of a text that is known to be JSON. */
export function countMembers(text: string): number {
  let members = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === COLON) members++;
    else if (code === QUOTE) index = endOfString(text, index);
  }
  return members;
}

/** The index of the closing quote of the string that opens at `start`. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return end;
  }
  return text.length;
}
