import { JSON_MAX_DEPTH_LEVELS, JSON_MAX_INTEGER } from '../bounds.js';
import { UnacceptableJsonError } from '../canonical-json.js';
import { isPlainObject, type Json } from '../json-value.js';
import { problem } from '../problem.js';
import { SEALED_KEY } from '../sealed/sealed-value.js';

/**
 * Foreign records may hold what our rules refuse. Such a part is kept as `{"$json": "<its JSON text>"}`, where the
 * text is ASCII wherever that is needed (`"\\u0000"`, `"\\ud800"`, `1e+300`). It stands for: numbers beyond ±(2^53 − 1), texts
 * with a lone surrogate or U+0000, objects with such a key, what is nested too deeply, objects whose only key is
 * `$json` already, and objects with the key `$sealed`, which only the server writes. Integers that `JSON.parse` rounds are refused before this, when the text is read.
 */
export const JSON_KEY = '$json';

/** A part is packed up a little above the limit, because its wrapping is a level of its own. */
const PACK_FROM_LEVEL = JSON_MAX_DEPTH_LEVELS - 2;

/**
 * @param level how many arrays and objects of the event lie around the value
 * @throws {UnacceptableJsonError} for what has no JSON form at all
 */
export function escapeForeign(value: unknown, level: number): Json {
  switch (typeof value) {
    case 'boolean':
      return value;
    case 'string':
      return isGoodText(value) ? value : escapeWhole(value);
    case 'number':
      return value >= -JSON_MAX_INTEGER && value <= JSON_MAX_INTEGER ? value : escapeWhole(value);
    case 'object':
      return value === null ? null : escapeContainer(value, level);
    default:
      throw notJson(`A ${typeof value} has no JSON form.`);
  }
}

/** The value as one text. */
export function escapeWhole(value: unknown): Json {
  if (typeof value === 'number' && !Number.isFinite(value)) throw notJson('The number is not finite.');
  try {
    return { [JSON_KEY]: JSON.stringify(value) };
  } catch {
    throw notJson('The value is too deeply nested, or has no JSON form.');
  }
}

/** The way back. Leaves alone what only looks like an escape. */
export function unescapeForeign(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(unescapeForeign);
  const packed = value[JSON_KEY];
  if (typeof packed === 'string' && Object.keys(value).length === 1) {
    try {
      return JSON.parse(packed) as Json;
    } catch {
      return value;
    }
  }
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, unescapeForeign(member)]));
}

function escapeContainer(value: object, level: number): Json {
  if (level >= PACK_FROM_LEVEL) return escapeWhole(value);
  if (Array.isArray(value)) return value.map((item) => escapeForeign(item, level + 1));
  if (!isPlainObject(value)) throw notJson('Only plain objects and arrays have a JSON form.');
  const keys = Object.keys(value);
  if (keys.length === 1 && keys[0] === JSON_KEY) return escapeWhole(value);
  if (!keys.every(isGoodKey)) return escapeWhole(value);
  const entries: [string, Json][] = [];
  for (const key of keys) {
    const member = value[key];
    if (member !== undefined) entries.push([key, escapeForeign(member, level + 1)]);
  }
  // fromEntries makes an own member even of the key __proto__.
  return Object.fromEntries(entries);
}

function isGoodKey(key: string): boolean {
  return key !== SEALED_KEY && isGoodText(key);
}

function isGoodText(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

function notJson(message: string): UnacceptableJsonError {
  return new UnacceptableJsonError(problem('not-json', '', message));
}
