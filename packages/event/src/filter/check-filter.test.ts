import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyFilter } from '../../testing/filter-arbitraries.js';
import { checkFilter } from './check-filter.js';
import * as bounds from './filter-bounds.js';

describe('a tree from outside', () => {
  it.each<[string, unknown, unknown]>([
    ['takes aliases', { op: 'is', field: 'actor', values: ['j', 'j'] }, { op: 'is', field: 'actor.id', values: ['j'] }],
    [
      'writes paths in one way',
      { op: 'exists', field: 'metadata."a"."b c"' },
      { op: 'exists', field: 'metadata.a."b c"' },
    ],
    [
      'writes times in one way',
      { op: 'range', field: 'time', gte: '2025-10-06T14:54:12+02:00' },
      { op: 'range', field: 'time', gte: '2025-10-06T12:54:12.000000000Z' },
    ],
    [
      'knows the words of others',
      { op: 'is', field: 'outcome', values: ['failed'] },
      { op: 'is', field: 'outcome', values: ['failure'] },
    ],
    [
      'knows that addresses are networks',
      { op: 'is', field: 'ip', values: ['::1'] },
      { op: 'network', field: 'source.ip', networks: ['::1'] },
    ],
    [
      'folds what is nested',
      {
        op: 'and',
        filters: [
          { op: 'and', filters: [{ op: 'always' }] },
          { op: 'not', filter: { op: 'never' } },
        ],
      },
      { op: 'always' },
    ],
    [
      'lowers words',
      { op: 'words', field: 'message', words: ['Reset', 'É'] },
      { op: 'words', field: 'message', words: ['reset', 'É'] },
    ],
    ['has all of nothing', { op: 'and', filters: [] }, { op: 'always' }],
    ['has one of nothing', { op: 'or', filters: [] }, { op: 'never' }],
  ])('%s', (_what, tree, filter) => {
    expect(checkFilter(tree)).toEqual({ filter });
  });

  it('tells the member that was perhaps meant', () => {
    const { problem } = checkFilter({ op: 'is', field: 'id', value: ['a'] });
    expect(problem).toMatchObject({ code: 'bad-shape', pointer: '', suggestion: 'values' });
  });

  it.each<[unknown, string, string]>([
    [null, 'bad-shape', ''],
    [[], 'bad-shape', ''],
    ['actor:jane', 'bad-shape', ''],
    [{ op: 'xor' }, 'bad-shape', '/op'],
    [{ op: '__proto__' }, 'bad-shape', '/op'],
    [{ op: 'constructor' }, 'bad-shape', '/op'],
    [{ op: 'sealed', blind: ['AAAAAAAAAAAAAAAAAAAAAA'] }, 'bad-shape', '/op'],
    [{ op: 'concealed', field: 'message' }, 'bad-shape', '/op'],
    [{ op: 'not', filter: { op: 'sealed', blind: [] } }, 'bad-shape', '/filter/op'],
    [{ op: 'always', also: 1 }, 'bad-shape', ''],
    [{ op: 'is', field: 'id' }, 'bad-shape', ''],
    [{ op: 'is', field: 'id', values: 'x' }, 'bad-shape', '/values'],
    [{ op: 'is', field: 'id', values: [1] }, 'bad-shape', '/values'],
    [{ op: 'is', field: 'id', values: [] }, 'missing-value', ''],
    [{ op: 'is', field: 'id', values: [''] }, 'missing-value', ''],
    [{ op: 'is', field: 'id', values: ['a\0'] }, 'bad-character', ''],
    [{ op: 'is', field: 'id', values: ['\ud800'] }, 'bad-character', ''],
    [{ op: 'is', field: 'idd', values: ['a'] }, 'unknown-field', '/field'],
    [{ op: 'is', field: 5, values: ['a'] }, 'bad-shape', '/field'],
    [{ op: 'is', field: 'message', values: ['a'] }, 'wrong-operator', ''],
    [{ op: 'is', field: 'time', values: ['a'] }, 'wrong-operator', ''],
    [{ op: 'is', field: 'file.size', values: ['0x10'] }, 'not-a-number', ''],
    [{ op: 'is', field: 'outcome', values: ['a'] }, 'unknown-value', ''],
    [{ op: 'like', field: 'id', parts: ['a'] }, 'bad-pattern', ''],
    [{ op: 'like', field: 'id', parts: ['', ''] }, 'bad-pattern', ''],
    [{ op: 'like', field: 'file.size', parts: ['1', ''] }, 'wrong-operator', ''],
    [{ op: 'exists', field: 'any' }, 'wrong-operator', ''],
    [{ op: 'range', field: 'metadata.a' }, 'bad-shape', ''],
    [{ op: 'range', field: 'metadata.a', gt: 1, gte: 1 }, 'bad-shape', ''],
    [{ op: 'range', field: 'metadata.a', gt: 1, lt: '2025-10-06T00:00:00Z' }, 'wrong-operator', ''],
    [{ op: 'range', field: 'metadata.a', gt: Number.NaN }, 'not-a-number', ''],
    [{ op: 'range', field: 'metadata.a', gt: null }, 'bad-shape', '/gt'],
    [{ op: 'range', field: 'time', gt: 'today' }, 'not-a-time', '/gt'],
    [{ op: 'range', field: 'time', gt: 5 }, 'wrong-operator', ''],
    [{ op: 'range', field: 'id', gt: 5 }, 'wrong-operator', ''],
    [{ op: 'network', field: 'id', networks: ['::1'] }, 'wrong-operator', ''],
    [{ op: 'network', field: 'ip', networks: ['x'] }, 'not-a-network', ''],
    [{ op: 'words', field: 'message', words: ['two words'] }, 'no-words', ''],
    [{ op: 'words', field: 'message', words: [] }, 'no-words', ''],
    [{ op: 'words', field: 'message', words: ['a'], prefix: false }, 'bad-shape', '/prefix'],
    [{ op: 'words', field: 'id', words: ['a'] }, 'wrong-operator', ''],
    [{ op: 'and', filters: [{ op: 'always' }, { op: 'not', filter: 5 }] }, 'bad-shape', '/filters/1/filter'],
    [{ op: 'and', filters: {} }, 'bad-shape', '/filters'],
  ])('%j is refused', (tree, code, pointer) => {
    expect(checkFilter(tree).problem).toMatchObject({ code, pointer });
  });

  const nested = (levels: number): unknown =>
    levels === 1 ? { op: 'exists', field: 'id' } : { op: 'not', filter: nested(levels - 1) };
  const wide = (nodes: number) => ({
    op: 'or',
    filters: Array.from({ length: nodes - 1 }, () => ({ op: 'exists', field: 'id' })),
  });
  const values = (count: number) => ({
    op: 'is',
    field: 'id',
    values: Array.from({ length: count }, (_, n) => `${n}`),
  });
  const longValues = (chars: number) => ({
    op: 'or',
    filters: Array.from({ length: 4 }, () => ({ op: 'is', field: 'id', values: ['x'.repeat(chars / 4 - 2)] })),
  });
  const phrase = (count: number) => ({ op: 'words', field: 'any', words: Array.from({ length: count }, () => 'w') });
  const pattern = (count: number) => ({ op: 'like', field: 'id', parts: Array.from({ length: count }, () => 'p') });
  const path = (count: number) => ({ op: 'exists', field: ['metadata', ...Array(count - 1).fill('k')].join('.') });

  it.each<[string, (size: number) => unknown, number, string]>([
    ['levels', nested, bounds.FILTER_MAX_DEPTH_LEVELS, 'too-deep'],
    ['nodes', wide, bounds.FILTER_MAX_NODES, 'too-many-nodes'],
    ['values', values, bounds.FILTER_LIST_MAX_ITEMS, 'too-many-items'],
    [
      'characters in a value',
      (size) => ({ op: 'is', field: 'id', values: ['x'.repeat(size)] }),
      bounds.FILTER_VALUE_MAX_CHARS,
      'too-long',
    ],
    ['words', phrase, bounds.FILTER_PHRASE_MAX_WORDS, 'too-many-items'],
    ['parts', pattern, bounds.FILTER_PATTERN_MAX_PARTS, 'bad-pattern'],
    ['keys of a path', path, bounds.FILTER_PATH_MAX_STEPS, 'too-deep'],
  ])('has at most so many %s', (_what, make, most, code) => {
    expect(checkFilter(make(most)).filter).toBeDefined();
    expect(checkFilter(make(most + 1)).problem?.code).toBe(code);
  });

  it('has at most so many characters in all its texts', () => {
    expect(checkFilter(longValues(bounds.FILTER_MAX_CHARS)).filter).toBeDefined();
    expect(checkFilter(longValues(bounds.FILTER_MAX_CHARS + 4)).problem?.code).toBe('too-long');
  });

  it('of any shape is a filter or a problem', () => {
    const node = fc.record(
      {
        op: fc.oneof(
          fc.constantFrom('and', 'or', 'not', 'is', 'like', 'range', 'words', 'network', 'sealed', 'concealed'),
          fc.anything(),
        ),
        field: fc.oneof(fc.constantFrom('id', 'metadata.a', 'ip', 'time'), fc.anything()),
        filters: fc.oneof(fc.array(fc.oneof(anyFilter, fc.anything())), fc.anything()),
        filter: fc.oneof(anyFilter, fc.anything()),
        values: fc.oneof(fc.array(fc.string({ unit: 'binary' })), fc.anything()),
        gt: fc.oneof(fc.double(), fc.anything()),
      },
      { requiredKeys: ['op'] },
    );
    fc.assert(
      fc.property(fc.oneof(node, fc.anything({ withNullPrototype: true })), (tree) => {
        const { filter, problem } = checkFilter(tree);
        expect(filter === undefined).toBe(problem !== undefined);
        if (filter !== undefined) expect(checkFilter(filter)).toEqual({ filter });
        expect(JSON.stringify(filter) ?? '').not.toMatch(/"op":"(?:sealed|concealed)"/);
      }),
      { numRuns: 1000 },
    );
  });
});
