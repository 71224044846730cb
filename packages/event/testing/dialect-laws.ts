import fc from 'fast-check';
import { expect } from 'vitest';
import { admitEvent } from '../src/admit.js';
import type { Dialect } from '../src/dialects/dialect.js';
import { escapeForeign } from '../src/dialects/foreign-json.js';
import { isPlainObject } from '../src/json-value.js';
import type { EventInput, StoredEvent } from '../src/schema.js';
import { admissionContext } from './admission-context.js';
import { anyJson } from './arbitraries.js';

/** The event that a record becomes. */
export function mapped(dialect: Dialect<unknown>, foreign: unknown): EventInput {
  const result = dialect.toEvent(foreign);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.event;
}

/**
 * The law of a dialect for one record: it comes back as it was, member for member and byte for byte, right away and
 * after the admission; where the event had no id or time, the admission's may be added.
 *
 * @param added members that the way back adds to every record that was admitted
 */
export function comesBack(dialect: Dialect<unknown>, foreign: unknown, added: readonly string[] = []): void {
  const before = JSON.stringify(foreign);
  const event = mapped(dialect, foreign);
  expect(JSON.stringify(foreign)).toBe(before);
  expect(sorted(dialect.fromEvent(event as StoredEvent))).toBe(sorted(foreign));

  // Whether a time lies in the future is no matter of the dialect.
  const admitted = admitEvent(event, admissionContext({ maxFutureSkewMs: Number.POSITIVE_INFINITY }));
  if (!admitted.ok) throw new Error(JSON.stringify(admitted.problems));
  const stored = JSON.parse(new TextDecoder().decode(admitted.entry)) as StoredEvent;
  const back = dialect.fromEvent(stored);
  const mayBeAdded = [...added, ...(admitted.idGiven && admitted.timeGiven ? [] : ADDED_BY_ADMISSION)];
  expect(sorted(withoutAdded(back, foreign, mayBeAdded))).toBe(sorted(foreign));
}

/** What the dialects call the id and the time of an event. */
const ADDED_BY_ADMISSION = 'id time eventID eventTime auditID audit_id timestamp timestamp_utc timeUnixNano uid'.split(
  ' ',
);

/** Objects of records that hold such a member. */
const nested = new Set(['logRecord', 'metadata']);

function withoutAdded(back: unknown, foreign: unknown, added: readonly string[]): unknown {
  if (!isPlainObject(back) || !isPlainObject(foreign)) return back;
  const entries = Object.entries(back)
    .filter(([key]) => !added.includes(key) || Object.hasOwn(foreign, key))
    .map(([key, member]) => [key, nested.has(key) ? withoutAdded(member, foreign[key], added) : member]);
  return Object.fromEntries(entries) as unknown;
}

/**
 * What an event of elsewhere is in a dialect. The same event with anything at all under the dialect's name, which any
 * client can send, is written too.
 */
export function isWritten<Foreign>(dialect: Dialect<Foreign>, event: StoredEvent): Foreign {
  fc.assert(
    fc.property(anyJson, (kept) => {
      expect(
        JSON.stringify(dialect.fromEvent({ ...event, metadata: { [dialect.name]: escapeForeign(kept, 2) } })),
      ).toBeTypeOf('string');
    }),
    { numRuns: 300 },
  );
  return dialect.fromEvent(event);
}

/** JSON with sorted keys; unlike our canonical form it takes every number and text. */
function sorted(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}
