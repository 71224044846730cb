import { randomFillSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { freshTexts } from './fresh-text.js';

test('hands every random byte out once, and asks for more when there are none', () => {
  let next = 0;
  let fills = 0;
  const fresh = freshTexts((pool) => {
    fills += 1;
    for (const at of pool.keys()) pool[at] = next++ % 251;
  });
  const given = Buffer.from(Array.from({ length: 600 }, fresh).join(''), 'latin1');
  expect([...given]).toEqual(Array.from({ length: 600 * 16 }, (_, i) => i % 251));
  expect(fills).toBe(3);
});

test('gives other characters each time', () => {
  const fresh = freshTexts(randomFillSync);
  expect(new Set(Array.from({ length: 5000 }, fresh)).size).toBe(5000);
});
