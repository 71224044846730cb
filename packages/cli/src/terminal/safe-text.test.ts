import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { displayWidth, fit, safeText, truncate } from './safe-text.js';

describe('safeText', () => {
  it('shows what a terminal would obey or hide', () => {
    expect(safeText('a\u001b[31m\r\n\u202eb\u200bc\ud800')).toBe('a\\u{1b}[31m\\u{d}\\u{a}\\u{202e}b\\u{200b}c\ufffd');
  });

  it('leaves ordinary text of any script alone', () => {
    for (const text of ['order.approve', 'Žluťoučký kůň', '日本語', 'مرحبا', '👍']) expect(safeText(text)).toBe(text);
  });
});

describe('widths', () => {
  it('count wide characters twice and combining ones not at all', () => {
    expect(['abc', '日本', 'e\u0301', '👍'].map(displayWidth)).toEqual([3, 4, 1, 2]);
  });

  it('are kept by cutting and filling', () => {
    expect(truncate('abcdef', 4)).toBe('abc…');
    expect(truncate('日本語', 4)).toBe('日…');
    expect(fit('日本語', 4)).toBe('日… ');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 20 }), (text, width) => {
        expect(displayWidth(fit(safeText(text), width))).toBe(width);
      }),
    );
  });
});
