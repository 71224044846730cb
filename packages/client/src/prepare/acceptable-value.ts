import { bounds, type Json } from '@attestlog/event/sdk';

/** Values of one event that are looked at; what comes after is named instead. */
const VALUES_MAX_ITEMS = 200_000;
/** Levels of a value inside an event's field, so that the whole stays within the event's bound. */
const DEPTH_MAX_LEVELS = bounds.JSON_MAX_DEPTH_LEVELS - 4;

interface Walk {
  left: number;
  /** The containers that the walk is inside of. */
  readonly open: Set<object>;
}

/**
 * A value as JSON that the server accepts. An audit event is not lost for an odd value: what has no JSON form becomes a
 * text that says what it was.
 *
 * - `undefined`, functions, symbols: left out of objects, `null` in arrays;
 * - a `bigint`, a number beyond ±(2^53 − 1) or not finite: its digits as text;
 * - half a surrogate pair and U+0000: U+FFFD;
 * - a `Date`: RFC 3339; whatever has `toJSON`: what that gives; a `Map`: an object; a `Set`: an array; an `Error`: its name, code and
 *   message; bytes: their number; another object: its own members;
 * - a cycle, a level too deep, a member that throws: `[circular]`, `[too deep]`, `[unreadable]`.
 */
export function acceptableValue(value: unknown): Json {
  return jsonOf(value, 0, { left: VALUES_MAX_ITEMS, open: new Set() }) ?? null;
}

/** undefined: it has no form and no place. */
function jsonOf(value: unknown, depth: number, walk: Walk): Json | undefined {
  switch (typeof value) {
    case 'string':
      return acceptableText(value);
    case 'number':
      return Math.abs(value) <= bounds.JSON_MAX_INTEGER ? value : String(value);
    case 'boolean':
      return value;
    case 'bigint':
      return value.toString();
    case 'object':
      return value === null ? null : insideOf(value, depth, walk);
    default:
      return undefined;
  }
}

function acceptableText(text: string): string {
  return (text.includes('\0') ? text.replaceAll('\0', '\ufffd') : text).toWellFormed();
}

function insideOf(value: object, depth: number, walk: Walk): Json | undefined {
  if (walk.open.has(value)) return '[circular]';
  if (depth >= DEPTH_MAX_LEVELS) return '[too deep]';
  if (--walk.left < 0) return '[too large]';
  walk.open.add(value);
  try {
    return containerOf(value, depth + 1, walk);
  } catch {
    return '[unreadable]';
  } finally {
    walk.open.delete(value);
  }
}

function containerOf(value: object, depth: number, walk: Walk): Json | undefined {
  if (Array.isArray(value)) return arrayOf(value, depth, walk);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if ('toJSON' in value && typeof value.toJSON === 'function') return jsonOf(value.toJSON(), depth, walk);
  if (value instanceof Map) return objectOf(value.entries(), depth, walk);
  if (value instanceof Set) return Array.from(value, (item) => jsonOf(item, depth, walk) ?? null);
  if (value instanceof Error) return errorOf(value, depth, walk);
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`;
  if (value instanceof RegExp) return acceptableText(String(value));
  return objectOf(
    Object.keys(value).map((key) => [key, readMember(value, key)]),
    depth,
    walk,
  );
}

/** Takes the holes of an array for nulls, as JSON.stringify does. */
function arrayOf(items: readonly unknown[], depth: number, walk: Walk): Json {
  if (items.length > VALUES_MAX_ITEMS) return '[too large]';
  return Array.from(items, (item) => jsonOf(item, depth, walk) ?? null);
}

function readMember(value: object, key: string): unknown {
  try {
    return (value as Record<string, unknown>)[key];
  } catch {
    return '[unreadable]';
  }
}

function errorOf(error: Error & { code?: unknown }, depth: number, walk: Walk): Json {
  const members: [string, unknown][] = [
    ['name', error.name],
    ['code', error.code],
    ['message', error.message],
  ];
  return objectOf(members, depth, walk);
}

function objectOf(members: Iterable<readonly [unknown, unknown]>, depth: number, walk: Walk): Json {
  const entries: [string, Json][] = [];
  for (const [key, member] of members) {
    const value = jsonOf(member, depth, walk);
    if (value !== undefined) entries.push([acceptableText(String(key)), value]);
  }
  return Object.fromEntries(entries);
}
