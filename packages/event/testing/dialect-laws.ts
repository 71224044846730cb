import { expect } from 'vitest';
import { admitEvent } from '../src/admit.js';
import type { Dialect } from '../src/dialects/dialect.js';
import type { JsonObject } from '../src/json-value.js';
import type { StoredEvent } from '../src/schema.js';
import { admissionContext } from './admission-context.js';

/**
 * The law of a dialect for one record: it comes back as it was, member for member and byte for byte, right away and
 * after the admission; where the event had no id or time, the admission's may be added.
 */
export function comesBack(dialect: Dialect<JsonObject>, foreign: unknown): void {
  const before = JSON.stringify(foreign);
  const result = dialect.toEvent(foreign);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  expect(JSON.stringify(foreign)).toBe(before);
  const { event } = result;
  expect(sorted(dialect.fromEvent(event as StoredEvent))).toBe(sorted(foreign));

  const admitted = admitEvent(event, admissionContext());
  if (!admitted.ok) throw new Error(JSON.stringify(admitted.problems));
  const stored = JSON.parse(new TextDecoder().decode(admitted.entry)) as StoredEvent;
  if (admitted.idGiven && admitted.timeGiven) expect(sorted(dialect.fromEvent(stored))).toBe(sorted(foreign));
  else expect(dialect.fromEvent(stored)).toMatchObject(JSON.parse(before) as object);
}

/** JSON with sorted keys; unlike our canonical form it takes every number and text. */
function sorted(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}
