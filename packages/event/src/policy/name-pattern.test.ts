import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fits, foldCase } from './name-pattern.js';

describe('a pattern', () => {
  it.each([
    ['health.check', 'health.check', true],
    ['health.checks', 'health.check', false],
    ['health.check', 'health.*', true],
    ['healthcare.check', 'health.*', false],
    ['a', '*', true],
    ['', '*', true],
    ['', '', true],
    ['abcab', '*ab', true],
    ['abcab', 'ab*ab', true],
    ['ab', 'ab*ab', false],
    ['mississippi', 'm*iss*ip*', true],
    ['mississippi', 'm*iss*ip', false],
    ['a.b', 'a?b', false],
  ])('%s beside %s: %s', (name, pattern, expected) => {
    expect(fits(name, pattern)).toBe(expected);
  });

  it('means what the pattern means as a regular expression', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 12 });
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*'), maxLength: 8 });
    fc.assert(
      fc.property(word, pattern, (name, pattern) => {
        const expression = new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '.*')}$`);
        expect(fits(name, pattern)).toBe(expression.test(name));
      }),
      { numRuns: 2000 },
    );
  });
});

it('folds the letters of ASCII alone', () => {
  expect(foldCase('HEALTH_Check İÄ')).toBe('health_check İÄ');
});
