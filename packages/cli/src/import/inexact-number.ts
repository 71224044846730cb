import { isPlainObject, jsonPointer } from '@attestlog/event';
import type { PointedProblem } from '../http/problem-details.js';

/** The way to a value, from the inside out: paths of a deep value share their outer part. */
type Path = { readonly outer: Path; readonly step: string | number } | undefined;

/** The first number in parsed JSON that may not be the one that was written: beyond ±(2^53 − 1), or not finite. */
export function inexactNumber(value: unknown): PointedProblem | undefined {
  // A stack of our own, since a record may be nested more deeply than calls can be.
  const open: { value: unknown; path: Path }[] = [{ value, path: undefined }];
  for (let item = open.pop(); item !== undefined; item = open.pop()) {
    if (typeof item.value === 'number' && !(Math.abs(item.value) <= Number.MAX_SAFE_INTEGER)) {
      const message = 'The number is beyond ±9007199254740991 and cannot be kept exactly; write it as a string.';
      return { code: 'number-out-of-range', pointer: jsonPointer(stepsOf(item.path)), message };
    }
    if (Array.isArray(item.value)) {
      for (const [at, inner] of item.value.entries()) open.push({ value: inner, path: { outer: item.path, step: at } });
    } else if (isPlainObject(item.value)) {
      for (const [key, inner] of Object.entries(item.value))
        open.push({ value: inner, path: { outer: item.path, step: key } });
    }
  }
  return undefined;
}

function stepsOf(path: Path): (string | number)[] {
  const steps: (string | number)[] = [];
  for (let at = path; at !== undefined; at = at.outer) steps.unshift(at.step);
  return steps;
}
