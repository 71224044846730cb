import { canonicalJson, isPlainObject, type Json } from '@attestlog/event/sdk';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { changesBetween } from './changes.js';

it('takes what differs, key by key, and arrays whole', () => {
  const before = { id: 7, status: 'open', owner: { id: 'jane', team: 'a' }, tags: ['x'], old: true };
  const after = { id: 7, status: 'paid', owner: { id: 'jane', team: 'b' }, tags: ['x', 'y'], fresh: null };
  expect(changesBetween(before, after)).toEqual({
    before: { status: 'open', owner: { team: 'a' }, tags: ['x'], old: true },
    after: { status: 'paid', owner: { team: 'b' }, tags: ['x', 'y'], fresh: null },
  });
});

it('takes a creation and a deletion whole, and says when nothing changed', () => {
  expect(changesBetween(undefined, { a: 1 })).toEqual({ after: { a: 1 } });
  expect(changesBetween({ a: 1 }, undefined)).toEqual({ before: { a: 1 } });
  expect(changesBetween({ a: 1 }, { a: 1 })).toEqual({});
  expect(changesBetween({ at: new Date(0) }, { at: new Date(0) })).toEqual({});
  expect(changesBetween(undefined, undefined)).toEqual({});
});

it('has what leads from one state to the other, and nothing that both have', () => {
  const state = fc.dictionary(
    fc.constantFrom('a', 'b', '__proto__'),
    fc.oneof(fc.integer({ min: 0, max: 1 }), fc.dictionary(fc.constantFrom('c', 'd'), fc.integer({ min: 0, max: 1 }))),
  );
  fc.assert(
    fc.property(state, state, (before, after) => {
      const changes = changesBetween(before, after);
      expect(canonicalJson(applied(before, changes.before, changes.after))).toBe(canonicalJson(after));
      expect(canonicalJson(applied(after, changes.after, changes.before))).toBe(canonicalJson(before));
      const same = changes.before !== undefined && canonicalJson(changes.before) === canonicalJson(changes.after);
      expect(same).toBe(false);
    }),
  );
});

/** A state in which what only the removed side has is gone, and what the added side has is set. */
function applied(state: Json, removed: Json | undefined, added: Json | undefined): Json {
  if (!isPlainObject(state) || !isPlainObject(removed) || !isPlainObject(added)) return added ?? state;
  const members = new Map(Object.entries(state as Record<string, Json>));
  const gone = new Map(Object.entries(removed as Record<string, Json>));
  const come = new Map(Object.entries(added as Record<string, Json>));
  for (const key of new Set([...gone.keys(), ...come.keys()])) {
    if (!come.has(key)) members.delete(key);
    else members.set(key, applied(members.get(key) ?? null, gone.get(key), come.get(key)));
  }
  return Object.fromEntries(members);
}
