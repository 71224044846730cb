import { JSON_MAX_DEPTH_LEVELS, JSON_MAX_INTEGER } from './bounds.js';
import { inspectJson, isPlainObject } from './json-value.js';
import type { FieldProblem } from './problem.js';
import { sortKeys } from './sort-keys.js';

/** The value cannot be written as an entry; `problem` says what and where. */
export class UnacceptableJsonError extends Error {
  readonly problem: FieldProblem;

  constructor(problem: FieldProblem) {
    super(problem.message);
    this.name = 'UnacceptableJsonError';
    this.problem = problem;
  }
}

/**
 * Canonical JSON (RFC 8785): no white space, keys sorted by UTF-16 code units, numbers and strings as ECMAScript
 * writes them. Members that are undefined are left out.
 *
 * Written by hand because it is the hot path: more than twice as fast as the library that the tests hold it against.
 *
 * @throws {UnacceptableJsonError} for whatever {@link inspectJson} refuses
 */
export function canonicalJson(value: unknown): string {
  const text = write(value, 0);
  if (text === undefined) {
    const found = inspectJson(value).problem;
    if (found === undefined) throw new Error('The canonical writer and the inspection disagree.');
    throw new UnacceptableJsonError(found);
  }
  return text;
}

/** undefined: refused. Where and why is worked out by the slower inspection, which only a refusal pays for. */
function write(value: unknown, depth: number): string | undefined {
  switch (typeof value) {
    case 'string':
      return quote(value);
    case 'number':
      // `+ 0` makes -0 a 0, as RFC 8785 (section 3.2.2.3) wants; every double in this range is written exactly.
      return value >= -JSON_MAX_INTEGER && value <= JSON_MAX_INTEGER ? String(value + 0) : undefined;
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      if (depth >= JSON_MAX_DEPTH_LEVELS) return undefined;
      return Array.isArray(value) ? writeArray(value, depth + 1) : writeObject(value, depth + 1);
    default:
      return undefined;
  }
}

function writeArray(items: readonly unknown[], depth: number): string | undefined {
  let text = '[';
  for (let index = 0; index < items.length; index++) {
    const item = write(items[index], depth);
    if (item === undefined) return undefined;
    text += index === 0 ? item : `,${item}`;
  }
  return `${text}]`;
}

function writeObject(value: object, depth: number): string | undefined {
  if (!isPlainObject(value)) return undefined;
  const keys = Object.keys(value);
  sortKeys(keys);
  let text = '{';
  for (const key of keys) {
    const member = value[key];
    if (member === undefined) continue;
    const name = quote(key);
    const written = write(member, depth);
    if (name === undefined || written === undefined) return undefined;
    text += text.length === 1 ? `${name}:${written}` : `,${name}:${written}`;
  }
  return `${text}}`;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON escapes exactly these
const SPECIAL = /[\u0000-\u001f"\\\ud800-\udfff]/;

function quote(text: string): string | undefined {
  if (!SPECIAL.test(text)) return `"${text}"`;
  if (text.includes('\0') || !text.isWellFormed()) return undefined;
  return JSON.stringify(text);
}
