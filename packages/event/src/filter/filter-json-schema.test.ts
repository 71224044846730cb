import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { anyFilter } from '../../testing/filter-arbitraries.js';
import { checkFilter } from './check-filter.js';
import { filterJsonSchema } from './filter-json-schema.js';

const isValid = new Ajv2020({ strict: false }).compile({
  $ref: '#/$defs/Filter',
  $defs: { Filter: filterJsonSchema('#/$defs/Filter') },
});

it('takes every filter that is taken', () => {
  fc.assert(
    fc.property(anyFilter, (filter) => {
      expect(checkFilter(filter).problem).toBeUndefined();
      expect(isValid(filter)).toBe(true);
    }),
  );
});

it.each<unknown>([
  'actor:jane',
  [],
  {},
  { op: 'xor' },
  { op: 'sealed', blind: [] },
  { op: 'always', also: 1 },
  { op: 'and', filters: {} },
  { op: 'or', filters: [{ op: 'not', filter: { op: 'is', field: 'id', values: 'x' } }] },
  { op: 'not', filters: [] },
  { op: 'is', field: 'id' },
  { op: 'is', field: 5, values: ['a'] },
  { op: 'is', field: 'id', values: [] },
  { op: 'like', field: 'id', parts: ['a'] },
  { op: 'range', field: 'metadata.a' },
  { op: 'range', field: 'metadata.a', gt: 1, gte: 2 },
  { op: 'range', field: 'metadata.a', lt: null },
  { op: 'words', field: 'message', words: ['a'], prefix: false },
])('refuses %j, as the check does', (tree) => {
  expect(checkFilter(tree).problem).toBeDefined();
  expect(isValid(tree)).toBe(false);
});
