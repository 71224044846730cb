import { isPlainObject } from '../json-value.js';

/** A test of one value that a path leads to. */
export type ValueTest = (value: unknown) => boolean;

/**
 * Whether one of the values that a path leads to passes a test. Where a key holds an array, each element counts in its
 * place; arrays inside that array are values like any other, and no path leads into them.
 */
export function someValueAt(entry: unknown, path: readonly string[], test: ValueTest): boolean {
  return reached(entry, path, 0, test);
}

/** The same, where a value on the way that passes is enough. The entry itself is none. */
export function someValueOnWay(entry: unknown, path: readonly string[], test: ValueTest): boolean {
  return path.some((_key, place) => someValueAt(entry, path.slice(0, place + 1), test));
}

function reached(value: unknown, path: readonly string[], step: number, test: ValueTest): boolean {
  if (step === path.length) return test(value);
  const key = path[step] as string;
  if (!isPlainObject(value) || !Object.hasOwn(value, key)) return false;
  const member = value[key];
  if (!Array.isArray(member)) return member !== undefined && reached(member, path, step + 1, test);
  return member.some((element) => reached(element, path, step + 1, test));
}

/**
 * The text of a value of a field that the schema knows: of what is no text its JSON, as of the object that stands for a
 * sealed value. `null` has the empty text, which is none.
 */
export function textOfField(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === null ? '' : JSON.stringify(value);
}

/**
 * The same for looking into it: what stands for a value that is elsewhere, sealed or too large, has nothing to look
 * into. It is told by how its JSON begins, as the store tells it.
 */
export function innerTextOfField(value: unknown): string {
  const text = textOfField(value);
  return text.startsWith(STAND_IN) ? '' : text;
}

/** How the JSON of `{"$sealed": …}` and of `{"$blob": …}` begins. */
export const STAND_IN = '{"$';

/** How that of a sealed value begins. In free JSON, clients may begin keys with a `$`, but never write this one. */
export const SEALED_STAND_IN = '{"$sealed":';

/** The text of a value in free JSON; objects and arrays have none. */
export function textOfJson(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

/** Whether a text or a number anywhere in a value passes a test; keys are none. */
export function someLeaf(value: unknown, test: (text: string) => boolean): boolean {
  if (typeof value === 'string') return test(value);
  if (typeof value === 'number') return test(String(value));
  if (Array.isArray(value)) return value.some((element) => someLeaf(element, test));
  return isPlainObject(value) && Object.values(value).some((member) => someLeaf(member, test));
}
