import { hasBlobKey } from '../blob-reference.js';
import { isPlainObject, type Json, type JsonObject } from '../json-value.js';
import { type FieldProblem, problem } from '../problem.js';
import type { EventInput, StoredEvent } from '../schema.js';
import { escapeForeign, escapeWhole } from './foreign-json.js';

export type DialectResult =
  | { readonly ok: true; readonly event: EventInput }
  | { readonly ok: false; readonly problems: readonly FieldProblem[] };

/**
 * Another schema for audit events, and the way to ours and back. Pure.
 *
 * Law: for every record that `toEvent` takes, `fromEvent` of the result is the record again, member for member. What
 * our event has a place for is moved there, so that a personal value does not lie in the metadata a second time; all
 * else is kept under `metadata.<name>`. An event that does not come from the dialect is written as well as it can be.
 *
 * A payload that was moved out of the entry (`{"$blob": …}`) comes back as that reference, and a sealed value
 * (`{"$sealed": …}`) as its commitment, unless the caller puts the payload or the value back first. After its admission an event also has the id and time that its record may have lacked.
 */
export interface Dialect<Foreign> {
  /** The name in routes and the key under `metadata`. */
  readonly name: string;
  /** The result still has to be admitted: sizes, for one, are checked there. */
  toEvent(foreign: unknown): DialectResult;
  fromEvent(event: StoredEvent): Foreign;
  /** The records of a document: of the dialect's own envelope, of an array, or the document itself as the only one. */
  recordsOf(document: unknown): readonly unknown[];
}

export function refuseForeign(message: string): DialectResult {
  return { ok: false, problems: [problem('foreign-record', '', message)] };
}

/** Whether a text can be moved into a field of ours as it is. */
export function fitsText(maxChars: number): (value: unknown) => value is string {
  return (value): value is string =>
    typeof value === 'string' && value.length <= maxChars && !value.includes('\0') && value.isWellFormed();
}

/** A copy of a record from which members are moved out, one by one; what is left goes into the metadata. */
export class Leftovers {
  readonly members: Record<string, unknown>;

  constructor(record: Readonly<Record<string, unknown>>) {
    this.members = { ...record };
  }

  /** Moves a member out if it fits; undefined when it is absent or has to stay. */
  take<T>(key: string, fits: (value: unknown) => value is T): T | undefined {
    const value = this.read(key);
    if (!fits(value)) return undefined;
    delete this.members[key];
    return value;
  }

  /** Moves any JSON but null out (null stays, since we cannot tell it from nothing in a field). */
  takePayload(key: string): Json | undefined {
    const value = this.read(key);
    if (value === undefined || value === null) return undefined;
    delete this.members[key];
    return hasBlobKey(value) ? escapeWhole(value) : escapeForeign(value, 1);
  }

  read(key: string): unknown {
    return Object.hasOwn(this.members, key) ? this.members[key] : undefined;
  }

  /** What is left as acceptable JSON for `metadata.<name>`. */
  rest(): JsonObject {
    return escapeForeign(this.members, 2) as JsonObject;
  }
}

/** The members of a nested object as leftovers of their own, put back into the outer ones; undefined if it is none. */
export function nestedLeftovers(outer: Leftovers, key: string): Leftovers | undefined {
  const value = outer.read(key);
  if (!isPlainObject(value)) return undefined;
  const inner = new Leftovers(value);
  outer.members[key] = inner.members;
  return inner;
}

/** Sets a member that the record lacks; what the metadata kept wins, since it is the original. */
export function restore(record: JsonObject, key: string, value: unknown): void {
  if (value !== undefined && !Object.hasOwn(record, key)) record[key] = value as Json;
}

/** Leaves out the members that are undefined; undefined when none is left. */
export function compact<T extends object>(fields: T): T | undefined {
  const present = Object.entries(fields).filter(([, value]) => value !== undefined);
  return present.length === 0 ? undefined : (Object.fromEntries(present) as T);
}
