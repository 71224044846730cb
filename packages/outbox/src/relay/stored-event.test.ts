import { parseJson } from '@attestlog/event';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readStoredEvent, withExactNumbers } from './stored-event.js';

it('numbers that a double keeps stay, others become strings with all their digits', () => {
  const kept =
    '{"a":[0,-0,1,-1.50,9007199254740991,0.1,123456789012345,1e3,1E-7],"12345678901234567890":"9007199254740993"}';
  expect(withExactNumbers(kept)).toBe(kept);
  expect(withExactNumbers('[9007199254740992,-9007199254740993,0.12345678901234567,1e400,1e-400,1e22]')).toBe(
    '["9007199254740992","-9007199254740993","0.12345678901234567","1e400","1e-400","1e22"]',
  );
});

it('never touches what stands in strings, and always gives what the server reads', () => {
  const digits = fc.stringMatching(/^-?(?:0|[1-9][0-9]{0,30})(?:\.[0-9]{1,30})?(?:e[+-]?[0-9]{1,3})?$/);
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.string({ unit: 'grapheme' }), digits), { maxLength: 5 }), (members) => {
      const json = `[${members.map(([text, number]) => `${JSON.stringify(text)},${number}`).join(',')}]`;
      const exact = parseJson(withExactNumbers(json));
      expect(exact.error).toBeUndefined();
      const values = exact.value as unknown as (string | number)[];
      members.forEach(([text, number], place) => {
        expect(values[place * 2]).toBe(text);
        const found = values[place * 2 + 1];
        expect(typeof found === 'string' ? found : Number(number)).toBe(typeof found === 'string' ? number : found);
      });
    }),
  );
});

it('a text of a megabyte is read without trouble', () => {
  const json = JSON.stringify({ id: 'x', text: '\\"'.repeat(250_000), more: 'y'.repeat(500_000) });
  expect(readStoredEvent(json)).toEqual({ ok: true, json });
});
