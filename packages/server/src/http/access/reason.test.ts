import { expect, test } from 'vitest';
import { REASON_MAX_CHARS, reasonOf } from './reason.js';

const read = (header: string | string[] | undefined) => reasonOf({ headers: { 'x-reason': header } as never });

test.each([
  ['ticket 7', 'ticket 7'],
  ['  ticket 7 ', 'ticket 7'],
  [Buffer.from('Prüfung – 監査').toString('latin1'), 'Prüfung – 監査'],
  ['caf\xe9', 'café'],
  ['', undefined],
  ['   ', undefined],
  [undefined, undefined],
  [['a', 'b'], undefined],
])('%j is the reason %j', (header, reason) => {
  expect(read(header)).toBe(reason);
});

test('a reason has a bound', () => {
  expect(read('x'.repeat(REASON_MAX_CHARS))).toHaveLength(REASON_MAX_CHARS);
  expect(() => read('x'.repeat(REASON_MAX_CHARS + 1))).toThrow(expect.objectContaining({ code: 'request-invalid' }));
});
