import { type JsonProblem, parseJson } from '../json.js';
import { jsonPointer } from '../json-pointer.js';
import { isPlainObject } from '../json-value.js';
import { type FieldProblem, problem } from '../problem.js';

export type ForeignDocument =
  | {
      readonly value: unknown;
      /** What keeps a record of the document from being kept as it was written, if anything does. */
      readonly problemIn: (record: unknown) => FieldProblem | undefined;
      readonly error?: never;
    }
  | { readonly value?: never; readonly error: JsonProblem };

/**
 * Reads a document of another system. Its records may hold what our own rules refuse (texts with U+0000 or half a
 * surrogate pair, deep nesting), since dialects keep it; only a key twice, and numbers that reading has rounded, could not
 * be given back.
 */
export function readForeignDocument(text: string): ForeignDocument {
  const parsed = parseJson(text);
  if (parsed.error === undefined) return { value: parsed.value, problemIn: () => undefined };
  const { code } = parsed.error;
  if (code === 'invalid-json' || code === 'duplicate-key') return parsed;
  return { value: JSON.parse(text) as unknown, problemIn: inexactNumber };
}

/** The way to a value, from the inside out: paths of a deep value share their outer part. */
type Path = { readonly outer: Path; readonly step: string | number } | undefined;

/** The first number in parsed JSON that may not be the one that was written: beyond ±(2^53 − 1), or not finite. */
export function inexactNumber(value: unknown): FieldProblem | undefined {
  // A stack of our own, since a record may be nested more deeply than calls can be.
  const open: { value: unknown; path: Path }[] = [{ value, path: undefined }];
  for (let item = open.pop(); item !== undefined; item = open.pop()) {
    if (typeof item.value === 'number' && !(Math.abs(item.value) <= Number.MAX_SAFE_INTEGER)) {
      const message = 'The number is beyond ±9007199254740991 and cannot be kept exactly; write it as a string.';
      return problem('number-out-of-range', jsonPointer(stepsOf(item.path)), message);
    }
    const inner: Iterable<[string | number, unknown]> = Array.isArray(item.value)
      ? item.value.entries()
      : isPlainObject(item.value)
        ? Object.entries(item.value)
        : [];
    for (const [step, member] of inner) open.push({ value: member, path: { outer: item.path, step } });
  }
  return undefined;
}

function stepsOf(path: Path): (string | number)[] {
  const steps: (string | number)[] = [];
  for (let at = path; at !== undefined; at = at.outer) steps.unshift(at.step);
  return steps;
}
