import { canonicalJson, inspectJson } from '@attestlog/event/sdk';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { acceptableValue } from './acceptable-value.js';

it('makes of any value one that the server accepts', () => {
  const anything = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withNullPrototype: true,
    withObjectString: true,
    withSparseArray: true,
    withTypedArray: true,
    stringUnit: 'binary',
  });
  fc.assert(
    fc.property(anything, (value) => {
      expect(canonicalJson(acceptableValue(value))).toBeTypeOf('string');
    }),
  );
});

it('leaves JSON as it is', () => {
  const json = fc.jsonValue({ stringUnit: 'grapheme' }).filter(isWritable);
  fc.assert(
    fc.property(json, (value) => {
      expect(canonicalJson(acceptableValue(value))).toBe(canonicalJson(value));
    }),
  );
});

function isWritable(value: unknown): boolean {
  return inspectJson(value).problem === undefined;
}

describe('what has no JSON form becomes a text that says what it was', () => {
  const circular: Record<string, unknown> = { name: 'loop' };
  circular.self = circular;
  class Money {
    readonly amount = 5n;
  }
  it.each([
    [new Date('2026-01-02T03:04:05.678Z'), '2026-01-02T03:04:05.678Z'],
    [new Date(Number.NaN), null],
    [10n ** 20n, '100000000000000000000'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
    [2 ** 60, '1152921504606847000'],
    ['half \ud800 and \0', 'half \ufffd and \ufffd'],
    [{ gone: undefined, also: () => 1 }, {}],
    [
      [undefined, 1],
      [null, 1],
    ],
    [new Map([['a', 1]]), { a: 1 }],
    [new Set([1, 2]), [1, 2]],
    [
      Object.assign(new TypeError('secret is out'), { code: 'E1' }),
      { name: 'TypeError', code: 'E1', message: 'secret is out' },
    ],
    [new Uint8Array(3), '[3 bytes]'],
    [new Money(), { amount: '5' }],
    [new URL('https://example.com/a'), 'https://example.com/a'],
    [circular, { name: 'loop', self: '[circular]' }],
    [
      {
        get bad() {
          throw new Error('no');
        },
        good: 1,
      },
      { bad: '[unreadable]', good: 1 },
    ],
    [{ toJSON: () => ({ shown: true }) }, { shown: true }],
    [Object.create(null, { a: { value: 1, enumerable: true } }), { a: 1 }],
  ])('%#', (value, expected) => {
    expect(acceptableValue(value)).toEqual(expected);
  });

  it('also what is too deep or too much', () => {
    let deep: unknown = 1;
    for (let level = 0; level < 80; level++) deep = [deep];
    expect(JSON.stringify(acceptableValue(deep))).toContain('[too deep]');
    expect(acceptableValue(new Array(2 ** 32 - 1))).toBe('[too large]');
    const many = [Array.from({ length: 100_001 }, () => []), Array.from({ length: 100_001 }, () => [])];
    expect((acceptableValue(many) as unknown[][])[1]?.at(-1)).toBe('[too large]');
    const twice = { a: 1 };
    expect(acceptableValue([twice, twice])).toEqual([twice, twice]);
  });
});
