import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { flag, readQuery, wholeNumber } from './parameters.js';

const schema = z.object({
  limit: wholeNumber(1, 1000).optional(),
  atomic: flag.optional(),
  actor: z.string().max(5).optional(),
});

test('parameters are read as what they are', () => {
  expect(readQuery(schema, { limit: '7', atomic: 'true', actor: 'u1' })).toEqual({
    limit: 7,
    atomic: true,
    actor: 'u1',
  });
  expect(readQuery(schema, {})).toEqual({});
});

test.each([
  ['true', true],
  ['1', true],
  ['', true],
  ['false', false],
  ['0', false],
])('the flag %j is %s', (text, value) => {
  expect(readQuery(schema, { atomic: text })).toEqual({ atomic: value });
});

describe('a mistake names its parameter', () => {
  test.each([
    [{ limit: '0' }, '"limit"'],
    [{ limit: '1001' }, '"limit"'],
    [{ limit: '1e2' }, '"limit"'],
    [{ limit: '-5' }, '"limit"'],
    [{ limit: '' }, '"limit"'],
    [{ limit: ['1', '2'] }, '"limit"'],
    [{ limit: '99999999999999999999' }, '"limit"'],
    [{ atomic: 'yes' }, '"atomic"'],
    [{ actor: 'too long' }, '"actor"'],
    [{ lmit: '5' }, 'did you mean "limit"'],
    [{ nothing: 'like it' }, '"nothing"'],
    [{ ['x'.repeat(1000)]: '' }, `"${'x'.repeat(60)}"`],
  ])('%j', (query, named) => {
    expect(() => readQuery(schema, query)).toThrow(
      expect.objectContaining({ code: 'query-invalid', detail: expect.stringContaining(named) }),
    );
  });

  test('also where it has the name of what every object has', () => {
    for (const name of ['__proto__', 'constructor', 'toString']) {
      const query = Object.defineProperty({}, name, { value: 'x', enumerable: true });
      expect(() => readQuery(schema, query)).toThrow(expect.objectContaining({ code: 'query-invalid' }));
    }
  });
});
