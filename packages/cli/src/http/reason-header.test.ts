import { expect, it } from 'vitest';
import { CliFailure } from '../failure.js';
import { reasonHeader } from './reason-header.js';

it('is what a header can carry, as UTF-8', () => {
  expect(reasonHeader(undefined)).toEqual({});
  const header = reasonHeader('Prüfung №7')['x-reason']!;
  expect(Buffer.from(header, 'latin1').toString('utf8')).toBe('Prüfung №7');
});

it('is one line of 500 characters at most', () => {
  expect(reasonHeader('x'.repeat(500))['x-reason']).toHaveLength(500);
  for (const reason of ['x'.repeat(501), 'a\nb', 'a\u0000b']) expect(() => reasonHeader(reason)).toThrow(CliFailure);
});
