import fc from 'fast-check';
import { expect, it } from 'vitest';
import { patternMatcher } from './pattern.js';

const text = (maxLength: number) => fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength });

it('a pattern fits where the regular expression of it does', () => {
  fc.assert(
    fc.property(fc.array(text(3), { minLength: 2, maxLength: 5 }), text(12), (parts, whole) => {
      const expression = new RegExp(`^${parts.map((part) => part.replaceAll('.', '\\.')).join('.*')}$`);
      expect(patternMatcher(parts)(whole)).toBe(expression.test(whole));
    }),
    { numRuns: 5000 },
  );
});
