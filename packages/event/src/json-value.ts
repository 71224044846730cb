import { JSON_MAX_DEPTH_LEVELS, JSON_MAX_INTEGER } from './bounds.js';
import { jsonPointer } from './json-pointer.js';
import { type FieldProblem, problem } from './problem.js';

export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

/** An object literal or what `JSON.parse` makes: not an array, not a Date, Map or instance of a class. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // The second test lets objects of another realm (a worker's, a test runner's) through: their prototype is a root too.
  return prototype === Object.prototype || prototype === null || Object.getPrototypeOf(prototype) === null;
}

export interface Inspection {
  /** Members of all objects together. After a problem the count stops. */
  members: number;
  problem?: FieldProblem;
}

/**
 * Walks a value and reports the first thing that our rules refuse: numbers beyond ±(2^53 − 1) or not finite, lone
 * surrogates, U+0000, more than 64 levels, values without a JSON form. The same rules hold for the canonical writer.
 *
 * @param checkTexts false when the caller knows that no string can be bad, which saves most of the time
 */
export function inspectJson(value: unknown, checkTexts = true): Inspection {
  const inspection: Inspection = { members: 0 };
  const path: (string | number)[] = [];
  walk(value, checkTexts, path, inspection);
  return inspection;
}

/**
 * The `members` of {@link inspectJson} for a value that `JSON.parse` made, or NaN when it would report a problem. In
 * less than half of the time, since it does not keep the path to where it is.
 */
export function countSoundMembers(value: Json, checkTexts: boolean, depth = 0): number {
  switch (typeof value) {
    case 'string':
      return !checkTexts || isFineText(value) ? 0 : Number.NaN;
    case 'number':
      return isFineNumber(value) ? 0 : Number.NaN;
    case 'boolean':
      return 0;
    default:
      if (value === null) return 0;
      return depth >= JSON_MAX_DEPTH_LEVELS ? Number.NaN : countInside(value, checkTexts, depth + 1);
  }
}

function countInside(value: Json[] | JsonObject, checkTexts: boolean, depth: number): number {
  let members = 0;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      members += countSoundMembers(value[index] as Json, checkTexts, depth);
    }
    return members;
  }
  // Lists no more than the object's own keys: no prototype of what JSON.parse makes has any that can be listed.
  for (const key in value) {
    if (checkTexts && !isFineText(key)) return Number.NaN;
    members += 1 + countSoundMembers(value[key] as Json, checkTexts, depth);
  }
  return members;
}

function isFineText(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

/** Every double beyond 2^53 is an integer, so one comparison covers both rules. NaN fails it too. */
function isFineNumber(value: number): boolean {
  return value >= -JSON_MAX_INTEGER && value <= JSON_MAX_INTEGER;
}

/** Returns false when it found a problem; `path` then leads to it. */
function walk(value: unknown, checkTexts: boolean, path: (string | number)[], inspection: Inspection): boolean {
  switch (typeof value) {
    case 'string':
      return !checkTexts || textIsFine(value, path, inspection);
    case 'number':
      return numberIsFine(value, path, inspection);
    case 'boolean':
      return true;
    case 'object':
      return value === null || walkInside(value, checkTexts, path, inspection);
    default:
      return fail(inspection, 'not-json', path, `A ${typeof value} has no JSON form.`);
  }
}

function walkInside(value: object, checkTexts: boolean, path: (string | number)[], inspection: Inspection): boolean {
  if (path.length >= JSON_MAX_DEPTH_LEVELS) {
    return fail(inspection, 'too-deep', path, `Nested deeper than ${JSON_MAX_DEPTH_LEVELS} levels.`);
  }
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      path.push(index);
      if (!walk(value[index], checkTexts, path, inspection)) return false;
      path.pop();
    }
    return true;
  }
  if (!isPlainObject(value))
    return fail(inspection, 'not-json', path, 'Only plain objects and arrays have a JSON form.');
  for (const key of Object.keys(value)) {
    const member = value[key];
    // A member that is undefined is an absent one, as for JSON.stringify.
    if (member === undefined) continue;
    inspection.members++;
    path.push(key);
    if (checkTexts && !textIsFine(key, path, inspection)) return false;
    if (!walk(member, checkTexts, path, inspection)) return false;
    path.pop();
  }
  return true;
}

function textIsFine(text: string, path: readonly (string | number)[], inspection: Inspection): boolean {
  if (text.includes('\0')) {
    return fail(inspection, 'nul-character', path, 'The text has the character U+0000; remove it or encode the value.');
  }
  if (!text.isWellFormed()) {
    return fail(inspection, 'lone-surrogate', path, 'The text has half of a surrogate pair; send whole characters.');
  }
  return true;
}

function numberIsFine(value: number, path: readonly (string | number)[], inspection: Inspection): boolean {
  if (isFineNumber(value)) return true;
  const what = Number.isFinite(value) ? 'beyond ±9007199254740991' : 'too large for a 64-bit float';
  return fail(inspection, 'number-out-of-range', path, `The number is ${what}; send it as a string.`);
}

function fail(
  inspection: Inspection,
  code: FieldProblem['code'],
  path: readonly (string | number)[],
  message: string,
): false {
  inspection.problem = problem(code, jsonPointer(path).toWellFormed(), message);
  return false;
}
