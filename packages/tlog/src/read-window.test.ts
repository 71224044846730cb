import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ReadWindow } from './read-window.js';

it('is as wide as wanted until it is known what reads bring', () => {
  expect(new ReadWindow(8, 100).reads).toBe(8);
});

it('narrows at once for large reads, and widens step by step after smaller ones', () => {
  const window = new ReadWindow(8, 100);
  window.saw(50);
  expect(window.reads).toBe(2);
  const widths: number[] = [];
  for (let i = 0; i < 14; i++) {
    window.saw(1);
    widths.push(window.reads);
  }
  expect(widths).toEqual([...widths].sort((a, b) => a - b));
  expect(widths.at(-1)).toBe(8);
});

it('lets one read through whatever it brings', () => {
  const window = new ReadWindow(8, 100);
  window.saw(1_000_000);
  expect(window.reads).toBe(1);
});

it('keeps what reads of one size bring below the bound, but for a single one', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 256 }), fc.integer({ min: 1, max: 200 }), (maxReads, bytes) => {
      const window = new ReadWindow(maxReads, 100);
      for (let i = 0; i < 5; i++) window.saw(bytes);
      const { reads } = window;
      expect(reads).toBeGreaterThanOrEqual(1);
      expect(reads).toBeLessThanOrEqual(maxReads);
      if (reads > 1) expect(reads * bytes).toBeLessThanOrEqual(100);
    }),
  );
});
