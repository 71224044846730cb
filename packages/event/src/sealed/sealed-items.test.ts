import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { eraseItems, formatSealedItems, parseSealedItems, type SealedItem } from './sealed-items.js';

const TAG = 'AAAAAAAAAAAAAAAAAAAAAA';
const OTHER = 'BBBBBBBBBBBBBBBBBBBBBB';
const item = (more: Partial<SealedItem> = {}): SealedItem => ({
  f: ['/actor/name'],
  s: TAG,
  k: 1,
  b: [OTHER],
  v: 'C'.repeat(60),
  ...more,
});

describe('sealed items', () => {
  test('come back as they were', () => {
    const items = [item(), item({ s: OTHER, k: 7, f: ['/a', '/b'], b: ['', TAG] }), { f: ['/c'], e: 'erasure_1' }];
    expect(parseSealedItems(formatSealedItems(items))).toEqual(items);
  });

  test.each([
    '',
    '{}',
    '[1]',
    '[{}]',
    JSON.stringify([{ ...item(), s: 'short' }]),
    JSON.stringify([{ ...item(), k: 0 }]),
    JSON.stringify([{ ...item(), k: 1.5 }]),
    JSON.stringify([{ ...item(), b: [] }]),
    JSON.stringify([{ ...item(), f: ['name'] }]),
    JSON.stringify([{ ...item(), f: [] }]),
    JSON.stringify([{ ...item(), v: 'short' }]),
    JSON.stringify([{ ...item(), x: 1 }]),
    JSON.stringify([{ ...item(), e: 'both' }]),
    JSON.stringify([{ f: ['/a'], e: '' }]),
  ])('are not %s', (text) => {
    expect(parseSealedItems(text)).toBeUndefined();
  });

  test('are never made of garbage with an exception', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), (text) => {
        const items = parseSealedItems(text);
        if (items !== undefined) expect(parseSealedItems(formatSealedItems(items))).toEqual(items);
      }),
    );
  });
});

describe('an erasure', () => {
  test('leaves of what it takes the pointers and its own id, and nothing else', () => {
    const items = [item({ k: 2 }), item({ s: OTHER })];
    expect(eraseItems(items, [{ subject: TAG, through: 2 }], 'e1')).toEqual([
      { f: ['/actor/name'], e: 'e1' },
      items[1],
    ]);
  });

  test('takes nothing under a newer key, of another subject, or of another erasure', () => {
    const items = [item({ k: 3 }), item({ s: OTHER }), { f: ['/x'], e: 'e0' }];
    expect(eraseItems(items, [{ subject: TAG, through: 2 }], 'e1')).toBeUndefined();
    expect(eraseItems([], [{ subject: TAG, through: 2 }], 'e1')).toBeUndefined();
  });

  test('made twice is made once', () => {
    const keys = [{ subject: TAG, through: 1 }];
    const erased = eraseItems([item()], keys, 'e1')!;
    expect(eraseItems(erased, keys, 'e2')).toBeUndefined();
  });
});
