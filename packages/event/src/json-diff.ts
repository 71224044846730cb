import { canonicalJson } from './canonical-json.js';
import { jsonPointer, pointerSegments } from './json-pointer.js';
import { isPlainObject, type Json, type JsonObject } from './json-value.js';

/** How a value differs at one place. Without `before` it was not there, without `after` it is not there any more. */
export interface JsonChange {
  /** RFC 6901. */
  readonly pointer: string;
  readonly before?: Json;
  readonly after?: Json;
}

/**
 * What leads from one value to another, field by field: objects are compared by their keys, arrays by their places, and
 * everything else as a whole. Made as they are taken, since their pointers together may be far longer than the values.
 *
 * @param before undefined: there was no value; `after` likewise
 * @param isWhole values that are never looked into
 */
export function* jsonChanges(
  before: Json | undefined,
  after: Json | undefined,
  isWhole: (value: Json) => boolean = () => false,
): Generator<JsonChange> {
  yield* changesAt([], before, after, isWhole);
}

function* changesAt(
  path: (string | number)[],
  before: Json | undefined,
  after: Json | undefined,
  isWhole: (value: Json) => boolean,
): Generator<JsonChange> {
  const keys = keysOfBoth(before, after, isWhole);
  if (keys === undefined) {
    if (!isSame(before, after)) yield changeOf(jsonPointer(path), before, after);
    return;
  }
  for (const key of keys) {
    path.push(key);
    yield* changesAt(path, memberOf(before, key), memberOf(after, key), isWhole);
    path.pop();
  }
}

/** The members that either has; undefined where the two are no containers of one kind. */
function keysOfBoth(
  before: Json | undefined,
  after: Json | undefined,
  isWhole: (value: Json) => boolean,
): Iterable<string | number> | undefined {
  if (before === undefined || after === undefined || isWhole(before) || isWhole(after)) return undefined;
  if (Array.isArray(before) && Array.isArray(after)) {
    return Array.from({ length: Math.max(before.length, after.length) }, (_, place) => place);
  }
  if (isPlainObject(before) && isPlainObject(after)) return new Set([...Object.keys(before), ...Object.keys(after)]);
  return undefined;
}

function memberOf(container: Json | undefined, key: string | number): Json | undefined {
  if (Array.isArray(container)) return container[key as number];
  const object = container as JsonObject;
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function isSame(before: Json | undefined, after: Json | undefined): boolean {
  if (before === after) return true;
  if (typeof before !== 'object' || typeof after !== 'object') return false;
  return canonicalJson(before) === canonicalJson(after);
}

function changeOf(pointer: string, before: Json | undefined, after: Json | undefined): JsonChange {
  return { pointer, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) };
}

/**
 * The value that all changes of {@link jsonChanges} lead to; the value that is given stays as it is.
 *
 * @throws RangeError for a change that is of another value
 */
export function applyJsonChanges(value: Json | undefined, changes: Iterable<JsonChange>): Json | undefined {
  let result = copyOf(value);
  const removals: string[] = [];
  for (const { pointer, after } of changes) {
    if (pointer === '') result = copyOf(after);
    else if (after === undefined) removals.push(pointer);
    else placeOf(result, pointer).set(copyOf(after)!);
  }
  // From the end: an array loses its last elements, one after another.
  for (const pointer of removals.reverse()) placeOf(result, pointer).remove();
  return result;
}

/** JSON text, and not an assignment, keeps a key such as __proto__ one like any other. */
function copyOf(value: Json | undefined): Json | undefined {
  return value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as Json);
}

function placeOf(root: Json | undefined, pointer: string): { set(value: Json): void; remove(): void } {
  const path = pointerSegments(pointer) ?? [];
  const key = path.at(-1) ?? '';
  let container = root;
  for (const step of path.slice(0, -1)) container = memberOf(container, step);
  if (typeof container !== 'object' || container === null) throw new RangeError(`nothing is at ${pointer}`);
  const target: object = container;
  return {
    // A key such as __proto__ is one like any other.
    set: (value) => Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true }),
    remove: () => {
      if (Array.isArray(target)) target.length -= 1;
      else Reflect.deleteProperty(target, key);
    },
  };
}
