import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson } from './canonical-json.js';
import { applyJsonChanges, jsonChanges } from './json-diff.js';
import { inspectJson, type Json } from './json-value.js';

const changes = (before: Json | undefined, after: Json | undefined) => [...jsonChanges(before, after)];

describe('the changes from one value to another', () => {
  test.each<[string, Json | undefined, Json | undefined, unknown[]]>([
    ['a field that changed', { a: 1, b: 2 }, { a: 1, b: 3 }, [{ pointer: '/b', before: 2, after: 3 }]],
    ['a field that came', { a: 1 }, { a: 1, b: null }, [{ pointer: '/b', after: null }]],
    ['a field that went', { a: 1, 'b/c': 2 }, { a: 1 }, [{ pointer: '/b~1c', before: 2 }]],
    ['a field inside', { a: { b: { c: 1 } } }, { a: { b: { c: 2 } } }, [{ pointer: '/a/b/c', before: 1, after: 2 }]],
    [
      'an element',
      { a: [1, 2] },
      { a: [1, 3, 4] },
      [
        { pointer: '/a/1', before: 2, after: 3 },
        { pointer: '/a/2', after: 4 },
      ],
    ],
    ['another kind', { a: [1] }, { a: { 0: 1 } }, [{ pointer: '/a', before: [1], after: { 0: 1 } }]],
    ['no value before', undefined, { a: 1 }, [{ pointer: '', after: { a: 1 } }]],
    ['no value after', 'x', undefined, [{ pointer: '', before: 'x' }]],
    ['the same in another order', { a: 1, b: [{ c: 1, d: 2 }] }, { b: [{ d: 2, c: 1 }], a: 1 }, []],
  ])('%s', (_name, before, after, expected) => {
    expect(changes(before, after)).toEqual(expected);
  });

  test('are of wholes where they may not be looked into', () => {
    const isWhole = (value: Json) => typeof value === 'object' && value !== null && '$sealed' in value;
    const found = [...jsonChanges({ name: { $sealed: 'a' } }, { name: { $sealed: 'b' } }, isWhole)];
    expect(found).toEqual([{ pointer: '/name', before: { $sealed: 'a' }, after: { $sealed: 'b' } }]);
  });

  /** What an entry may hold. */
  const json = (fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<Json>).filter(
    (value) => inspectJson(value).problem === undefined,
  );
  /** Two values that have much in common. */
  const near = fc.record({ base: json, one: json, other: json, key: fc.constantFrom('a', '__proto__', '', '0', '~/') });

  test('applied to the one give the other, and none is of what is the same', () => {
    const law = (before: Json | undefined, after: Json | undefined) => {
      const found = changes(before, after);
      const text = (value: Json | undefined) => (value === undefined ? undefined : canonicalJson(value));
      const kept = text(before);
      expect(text(applyJsonChanges(before, found))).toBe(text(after));
      expect(text(before)).toBe(kept);
      for (const change of found) expect(text(change.before)).not.toBe(text(change.after));
      if (kept === text(after)) expect(found).toEqual([]);
    };
    fc.assert(fc.property(fc.option(json, { nil: undefined }), fc.option(json, { nil: undefined }), law));
    fc.assert(
      fc.property(near, ({ base, one, other, key }) => {
        const with_ = (value: Json): Json =>
          JSON.parse(
            `{"base":${JSON.stringify(base)},${JSON.stringify(key)}:${JSON.stringify(value)},"list":[${JSON.stringify(base)},${JSON.stringify(value)}]}`,
          );
        law(with_(one), with_(other));
      }),
    );
  });

  test('of another value are refused', () => {
    expect(() => applyJsonChanges({ a: 1 }, [{ pointer: '/a/b', after: 1 }])).toThrow(RangeError);
  });
});
