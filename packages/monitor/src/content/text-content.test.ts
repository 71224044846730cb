import fc from 'fast-check';
import { expect, it } from 'vitest';
import { textContent } from './text-content.js';

it('is the text that was written, byte order mark and all', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      if (!text.isWellFormed() || text.includes('\0')) return;
      expect(textContent(Buffer.from(`\ufeff${text}`))).toEqual({ text: `\ufeff${text}` });
    }),
  );
});

it.each([
  ['binary', Buffer.from('abc\0def')],
  ['not-utf-8', Buffer.from('caf\xe9', 'latin1')],
  ['not-utf-8', Buffer.from('€').subarray(0, 2)],
])('is %s', (reason, bytes) => {
  expect(textContent(bytes)).toEqual({ reason });
});
