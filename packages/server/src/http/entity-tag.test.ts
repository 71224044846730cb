import type { FastifyRequest } from 'fastify';
import { expect, test } from 'vitest';
import { entityTag, requireRevision } from './entity-tag.js';

const outcome = (header: string | undefined) => {
  try {
    requireRevision({ headers: header === undefined ? {} : { 'if-match': header } } as FastifyRequest, 7);
    return 'passes';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

test.each([
  [undefined, 'revision-missing'],
  ['"7"', 'passes'],
  ['*', 'passes'],
  ['"6", "7"', 'passes'],
  ['"6"', 'revision-lost'],
  ['7', 'revision-lost'],
  ['W/"7"', 'revision-lost'],
  ['', 'revision-lost'],
])('If-Match: %s on revision 7: %s', (header, expected) => {
  expect(outcome(header)).toBe(expected);
});

test('the tag of a revision is quoted', () => expect(entityTag(7)).toBe('"7"'));
