import { describe, expect, it } from 'vitest';
import { DigitGroups, isGlued, mayEndAt } from './digit-groups.js';

describe('groups of digits', () => {
  it.each([
    ['202-555-0142', [3, 3, 4], ['-', '-']],
    ['202) 555.0142', [3, 3, 4], ['()', '.']],
    ['49 (0)30 1', [2, 1, 2, 1], ['()', '()', ' ']],
    ['1\u00a02', [1, 1], [' ']],
    ['1--2', [1], []],
    ['1 a', [1], []],
    ['1 ', [1], []],
    ['1234567890123456789012345', [25], []],
    ['123456789012 123456789012 1', [12, 12], [' ']],
    ['12345678901234567890 12345', [20], []],
    ['1 2 3 4 5 6 7 8 9 0', [1, 1, 1, 1, 1, 1, 1, 1], [' ', ' ', ' ', ' ', ' ', ' ', ' ']],
  ])('of %s', (text, lengths, separators) => {
    const groups = new DigitGroups();
    groups.read('9-9 9 9-9-9-9', 0);
    groups.read(text, 0);
    expect(groups.lengths.slice(0, groups.count)).toEqual(lengths);
    expect(lengths.slice(1).map((_, place) => groups.separatorAfter(place))).toEqual(separators);
    expect(groups.separatorAfter(lengths.length - 1)).toBeUndefined();
    expect(groups.digits(text, groups.count)).toHaveLength(groups.total);
  });

  it.each([
    ['INV-', true],
    ['v', true],
    ['a_', true],
    ['Agent/', true],
    ['1.', true],
    ['1,', true],
    ['//', false],
    [' -', false],
    ['#', false],
    ['=', false],
    ['', false],
  ])('hang on %j: %s', (before, glued) => {
    expect(isGlued(`${before}12`, before.length)).toBe(glued);
  });

  it.each([
    ['', true],
    ['.', true],
    ['. ', true],
    ['.5', false],
    ['-a', false],
    ['-', true],
    ['x', false],
    ['_', false],
    [',5', true],
  ])('may end before %j: %s', (after, expected) => {
    expect(mayEndAt(`12${after}`, 2)).toBe(expected);
  });
});
