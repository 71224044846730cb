import {
  bounds,
  canonicalJson,
  isPlainObject,
  type Json,
  type JsonObject,
  UnacceptableJsonError,
} from '@attestlog/event/sdk';
import { acceptableValue } from './acceptable-value.js';

/** The parts of two states that differ. A side without any is absent. */
export interface Changes {
  before?: Json;
  after?: Json;
}

/**
 * What differs between two states of a thing: objects are looked into, key by key; an array or any other value is taken
 * whole. Two states that are the same give `{}`, of which the event still says that nothing changed.
 *
 * @param before undefined: it was not there (a creation); `after` likewise (a deletion)
 */
export function changesBetween(before: unknown, after: unknown): Changes {
  try {
    return differenceOf(before as Json | undefined, after as Json | undefined) ?? {};
  } catch (error) {
    if (!(error instanceof UnacceptableJsonError)) throw error;
  }
  // Something has no JSON form to compare it by, which is rare: everything gets one first.
  return differenceOf(acceptableOf(before), acceptableOf(after)) ?? {};
}

function acceptableOf(state: unknown): Json | undefined {
  return state === undefined ? undefined : acceptableValue(state);
}

/** undefined: they are the same. */
function differenceOf(before: Json | undefined, after: Json | undefined, depth = 0): Changes | undefined {
  if (Object.is(before, after)) return undefined;
  if (before === undefined) return { after: after as Json };
  if (after === undefined) return { before };
  if (depth < bounds.JSON_MAX_DEPTH_LEVELS && isPlainObject(before) && isPlainObject(after)) {
    return memberDifferences(before as JsonObject, after as JsonObject, depth + 1);
  }
  // Texts, numbers and the like were compared above; what is left of them differs.
  if (typeof before !== 'object' && typeof after !== 'object') return { before, after };
  return canonicalJson(before) === canonicalJson(after) ? undefined : { before, after };
}

function memberDifferences(before: JsonObject, after: JsonObject, depth: number): Changes | undefined {
  const earlier: JsonObject = {};
  const later: JsonObject = {};
  let differ = false;
  const compare = (key: string, difference: Changes | undefined) => {
    if (difference === undefined) return;
    differ = true;
    if (difference.before !== undefined) setMember(earlier, key, difference.before);
    if (difference.after !== undefined) setMember(later, key, difference.after);
  };
  for (const key of Object.keys(before)) compare(key, differenceOf(before[key], ownMember(after, key), depth));
  for (const key of Object.keys(after)) {
    if (!Object.hasOwn(before, key)) compare(key, differenceOf(undefined, after[key], depth));
  }
  // Both sides: a key that is on one side only was added or removed.
  return differ ? { before: earlier, after: later } : undefined;
}

function ownMember(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** A key such as __proto__ is one like any other. */
function setMember(object: JsonObject, key: string, value: Json): void {
  if (key !== '__proto__') object[key] = value;
  else Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true });
}
