import { expect, it } from 'vitest';
import { detect } from './detect.js';

const isSsn = (text: string, label?: string) => detect(text, label).some(({ kind }) => kind === 'us_ssn');

it.each([
  ['078-05-1120', true],
  ['has 078-05-1120.', true],
  ['078 05 1120', false],
  ['SSN 078 05 1120', true],
  ['078051120', false],
  ['social security number: 078051120', true],
  ['078-05 1120', false],
  // Never assigned.
  ['000-05-1120', false],
  ['666-05-1120', false],
  ['900-05-1120', false],
  ['999-05-1120', false],
  ['078-00-1120', false],
  ['078-05-0000', false],
  // Part of something else.
  ['1-078-05-1120', false],
  ['078-05-11201', false],
  ['078-05-1120-1', false],
  ['part 078-05-1120', false],
])('%s: %s', (text, expected) => {
  expect(isSsn(text)).toBe(expected);
});

it('goes by the name of the value', () => {
  expect(isSsn('078051120', 'ssn')).toBe(true);
  expect(isSsn('078051120', 'bytes')).toBe(false);
});
