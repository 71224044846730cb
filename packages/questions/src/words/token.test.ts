import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tokensOf } from './token.js';

const isKnown = (text: string) => text === 'two-factor';
const kinds = (text: string) => tokensOf(text, isKnown).map(({ kind, text: written }) => `${kind} ${written}`);

describe('the words of a question', () => {
  it.each<[string, string[]]>([
    ['Who, me?', ['word Who', 'mark ,', 'word me']],
    ["jane's u-17", ['word jane', 'id u-17']],
    ['two-factor e_mail', ['word two-factor', 'id e_mail']],
    ['order #4711 (INV-9)', ['word order', 'number 4711', 'id INV-9']],
    ['over $10,000 or 10k', ['word over', 'number $10,000', 'word or', 'number 10k']],
    ['>1000 and >= 5', ['sign >', 'number 1000', 'word and', 'sign >=', 'number 5']],
    ['10MB', ['number 10', 'word MB']],
    ['10.0.0.1, 10.0.0.0/8 ::1', ['network 10.0.0.1', 'mark ,', 'network 10.0.0.0/8', 'network ::1']],
    ['a@b.de. /etc/passwd', ['email a@b.de', 'path /etc/passwd']],
    ['outcome:denied metadata.amount foo:bar', ['filter outcome:denied', 'field metadata.amount', 'id foo:bar']],
    ['"password reset" “x y”', ['quoted password reset', 'quoted x y']],
    ['Größe', ['word Größe']],
  ])('of %j', (text, expected) => {
    expect(kinds(text)).toEqual(expected);
  });

  it('have their values', () => {
    const [amount, thousands, percent] = tokensOf('$10,000 10k 5%', isKnown);
    expect([amount?.number, thousands?.number, percent?.number]).toEqual([10_000, 10_000, 5]);
    expect(tokensOf("bob's", isKnown)[0]?.isPossessive).toBe(true);
  });

  it('stand where they say, one behind the other', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 600 }), (text) => {
        const tokens = tokensOf(text, isKnown);
        let end = 0;
        for (const token of tokens) {
          expect(token.offset).toBeGreaterThanOrEqual(end);
          expect(text.slice(token.offset, token.end)).toContain(token.text);
          end = token.end;
        }
      }),
    );
  });
});
