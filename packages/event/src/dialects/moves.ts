import { isPlainObject, type Json, type JsonObject } from '../json-value.js';
import type { EventInput, StoredEvent } from '../schema.js';
import { type Leftovers, nestedLeftovers, restore } from './dialect.js';
import { unescapeForeign } from './foreign-json.js';
import { isPayloadField, type MovableField, movableFields } from './movable-fields.js';

/**
 * Members of a foreign record and the fields they are moved into: `['user.id', 'actor.id']`; a dot leads into an
 * object. A value that does not fit stays where it is; of several fields for one member the first that fits takes it.
 *
 * So that the way back is certain, a field stands in a table once, and is not set otherwise but from its own member
 * where that has to stay. A dialect with several places for one thing chooses the table by what stays in the record:
 * the objects that are there, its class.
 */
export type Moves = readonly (readonly [member: string, field: MovableField])[];

/** What is known of an event while it is put together. */
export type Draft = Partial<EventInput>;

/** A row of a table with its paths taken apart, which is done once. */
interface Move {
  /** The objects that lead to the member. */
  readonly holder: readonly string[];
  readonly holderName: string;
  readonly member: string;
  readonly field: readonly string[];
  /** undefined: takes any JSON but null. */
  readonly fits: ((value: unknown) => value is unknown) | undefined;
}

const known = new WeakMap<Moves[number], Move>();

function moveOf(row: Moves[number]): Move {
  let move = known.get(row);
  if (move === undefined) {
    const [path, field] = row;
    const holder = path.split('.');
    const member = holder.pop() as string;
    const fits = isPayloadField(field) ? undefined : (movableFields[field] as (value: unknown) => value is unknown);
    move = { holder, holderName: holder.join('.'), member, field: field.split('.'), fits };
    known.set(row, move);
  }
  return move;
}

/** Moves what fits out of a record. @returns a new event with the fields that were found */
export function moveOut(left: Leftovers, moves: Moves): Draft {
  const draft: Draft = {};
  const holders = new Map([['', left]]);
  for (const row of moves) {
    const { holder: path, holderName, member, field, fits } = moveOf(row);
    const holder = holders.get(holderName) ?? descend(holders, path);
    if (holder === undefined) continue;
    const value = fits === undefined ? holder.takePayload(member) : holder.take(member, fits);
    if (value !== undefined) setAt(draft, field, value);
  }
  return draft;
}

/** The object at a path inside of a record, each on the way copied once; undefined where there is none. */
function descend(holders: Map<string, Leftovers>, path: readonly string[]): Leftovers | undefined {
  let holder = holders.get('') as Leftovers;
  let name = '';
  for (const step of path) {
    name = name === '' ? step : `${name}.${step}`;
    const inner = holders.get(name) ?? nestedLeftovers(holder, step);
    if (inner === undefined) return undefined;
    holders.set(name, inner);
    holder = inner;
  }
  return holder;
}

/**
 * Puts values back where they were. A member is restored only into an object that is there, since moving left it.
 * @param makeObjects for an event of elsewhere: the objects are made
 */
export function moveBack(record: JsonObject, event: StoredEvent, moves: Moves, makeObjects = false): void {
  for (const row of moves) {
    const { holder: path, member, field, fits } = moveOf(row);
    const value = valueAt(event, field);
    if (value === undefined) continue;
    const holder = objectAt(record, path, makeObjects);
    if (holder !== undefined) restore(holder, member, fits === undefined ? unescapeForeign(value as Json) : value);
  }
}

function objectAt(record: JsonObject, path: readonly string[], make: boolean): JsonObject | undefined {
  let holder = record;
  for (const name of path) {
    if (make && !Object.hasOwn(holder, name)) holder[name] = {};
    const inner = Object.hasOwn(holder, name) ? holder[name] : undefined;
    if (!isPlainObject(inner)) return undefined;
    holder = inner as JsonObject;
  }
  return holder;
}

/** What of an event of elsewhere no move takes: the fields that have no member in the record, nor are named further. */
export function notMoved(event: StoredEvent, moves: Moves, ...others: readonly string[]): JsonObject {
  const left = copyOf(event as unknown as Json) as JsonObject;
  const taken = new Set<string>();
  for (const [member, field] of moves) {
    // A member has room for one field only: the first that is there.
    if (taken.has(member) || fieldOf(event, field) === undefined) continue;
    taken.add(member);
    removeField(left, field.split('.'));
  }
  for (const field of others) removeField(left, field.split('.'));
  for (const [name, value] of Object.entries(left)) {
    if (Array.isArray(value) && name === 'targets') left[name] = value.filter((target) => !isEmpty(target));
    if (isEmpty(left[name])) delete left[name];
  }
  return left;
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

function removeField(holder: Json | undefined, path: readonly string[]): void {
  const [name, ...rest] = path;
  if (typeof holder !== 'object' || holder === null || name === undefined) return;
  const members = holder as Record<string, Json>;
  if (rest.length > 0) removeField(members[name], rest);
  else delete members[name];
}

function copyOf(value: Json): Json {
  if (Array.isArray(value)) return value.map(copyOf);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(entries.map(([key, member]) => [key, copyOf(member)]));
}

/** A field by its path (`actor.id`); undefined for anything that is not there. */
export function fieldOf(event: object, field: string): unknown {
  return valueAt(event, field.split('.'));
}

function valueAt(event: object, path: readonly string[]): unknown {
  let value: unknown = event;
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

/** Sets a field by its path, with the objects around it. */
export function setField(draft: Draft, field: MovableField, value: unknown): void {
  setAt(draft, field.split('.'), value);
}

function setAt(draft: Draft, path: readonly string[], value: unknown): void {
  let holder = draft as Record<string, unknown>;
  const last = path.length - 1;
  for (let at = 0; at < last; at++) {
    const name = path[at] as string;
    holder[name] ??= path[at + 1] === '0' ? [] : {};
    holder = holder[name] as Record<string, unknown>;
  }
  holder[path[last] as string] = value;
}
