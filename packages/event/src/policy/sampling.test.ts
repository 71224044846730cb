import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isKept, samplingHash, samplingKey } from './sampling.js';

interface Vectors {
  rates: number[];
  cases: { salt: string; key: string; hash: number; kept_at: number[] }[];
}

const { rates, cases } = JSON.parse(
  readFileSync(fileURLToPath(new URL('../../testdata/sampling-hashes.json', import.meta.url)), 'utf8'),
) as Vectors;

it.each(cases)(
  'hashes $salt and $key as the vectors say, which another implementation made',
  ({ salt, key, hash, kept_at }) => {
    expect(samplingHash(salt + key)).toBe(hash);
    expect(rates.filter((rate) => isKept(key, rate, salt))).toEqual(kept_at);
  },
);

describe('the share that is kept', () => {
  const keyShapes: [string, (number: number) => string][] = [
    ['counted', (number) => `req-${number}`],
    ['padded', (number) => `0000000000000000${number.toString(16).padStart(16, '0')}`],
    ['time-ordered', (number) => `0199b9a6-1c2d-7e3f-8a4b-${(number * 4096).toString(16).padStart(12, '0')}`],
  ];

  it.each(keyShapes)('is within 5 standard deviations of the rate for %s ids', (_, keyOf) => {
    const keys = Array.from({ length: 50_000 }, (_, number) => keyOf(number));
    for (const rate of [0.001, 0.01, 0.1, 0.5, 0.9]) {
      const kept = keys.filter((key) => isKept(key, rate, '')).length;
      const deviation = Math.sqrt(keys.length * rate * (1 - rate));
      expect(Math.abs(kept - keys.length * rate)).toBeLessThan(5 * deviation);
    }
  });

  it('is all at 1 and nothing at 0', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (key) => {
        expect(isKept(key, 1, '')).toBe(true);
        expect(isKept(key, 0, '')).toBe(false);
      }),
    );
  });

  it('is another one under another salt', () => {
    const keys = Array.from({ length: 10_000 }, (_, number) => `req-${number}`);
    const both = keys.filter((key) => isKept(key, 0.1, 'a') && isKept(key, 0.1, 'b')).length;
    // Independent choices: 1 in 100, and not 1 in 10.
    expect(both).toBeGreaterThan(50);
    expect(both).toBeLessThan(150);
  });
});

it('samples by the widest id that is there and not empty', () => {
  const event = { action: 'a.b', id: 'e', trace_id: 't', session_id: 's', request_id: 'r', correlation_id: 'c' };
  expect(samplingKey(event, 'x')).toBe('c');
  expect(samplingKey({ ...event, correlation_id: '' }, 'x')).toBe('r');
  expect(samplingKey({ action: 'a.b', id: 'e', trace_id: 't', session_id: 's' }, 'x')).toBe('s');
  expect(samplingKey({ action: 'a.b', id: 'e', trace_id: 't' }, 'x')).toBe('t');
  expect(samplingKey({ action: 'a.b', id: 'e' }, 'x')).toBe('e');
  expect(samplingKey({ action: 'a.b' }, 'x')).toBe('x');
  expect(samplingKey({ action: 'a.b' }, undefined)).toBeUndefined();
});
