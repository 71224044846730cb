import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyJson } from '../../testing/arbitraries.js';
import { inspectJson } from '../json-value.js';
import { reservedSealedKey } from '../sealed/sealed-value.js';
import { escapeForeign, unescapeForeign } from './foreign-json.js';

describe('escapeForeign', () => {
  it.each([
    [1e300, { $json: '1e+300' }],
    ['a\0', { $json: '"a\\u0000"' }],
    [['\ud800'], [{ $json: '"\\ud800"' }]],
    [{ 'a\0': 1 }, { $json: '{"a\\u0000":1}' }],
    [{ $json: '1' }, { $json: '{"$json":"1"}' }],
    [
      { $json: '1', other: 2 },
      { $json: '1', other: 2 },
    ],
    [{ a: { $sealed: 'x', b: 1 } }, { a: { $json: '{"$sealed":"x","b":1}' } }],
    [{ fine: [1, 'x', null] }, { fine: [1, 'x', null] }],
  ])('keeps %j as %j', (value, escaped) => {
    expect(escapeForeign(value, 0)).toEqual(escaped);
  });

  it('makes any JSON acceptable, and has unescapeForeign as its inverse', () => {
    fc.assert(
      fc.property(anyJson, fc.nat(63), (value, level) => {
        const escaped = escapeForeign(value, level);
        const wrapped = Array.from({ length: level }).reduce((inner: unknown) => [inner], escaped);
        expect(inspectJson(wrapped).problem).toBeUndefined();
        expect(reservedSealedKey(wrapped)).toBeUndefined();
        expect(JSON.stringify(unescapeForeign(escaped))).toBe(JSON.stringify(value));
      }),
      { numRuns: 1_000 },
    );
  });

  it('refuses what has no JSON form', () => {
    for (const value of [undefined, 1n, Number.NaN, new Date(0), { a: () => 1 }])
      expect(() => escapeForeign(value, 0)).toThrow();
  });

  it('leaves alone what only looks like an escape', () => {
    expect(unescapeForeign({ $json: 'not JSON' })).toEqual({ $json: 'not JSON' });
    expect(unescapeForeign({ $json: 5 })).toEqual({ $json: 5 });
  });
});
