import { allOf, anyOf, type Filter, filterFields, negate, parseFilter } from '@attestlog/event';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyResolvedFilter } from '../../../../event/testing/filter-arbitraries.js';
import { filterColumns } from './filter-columns.js';
import { FilterParameters } from './filter-parameters.js';
import { filterSql } from './filter-sql.js';
import { setParameters } from './parameters.js';
import { CREATE_EVENTS } from './tables.js';
import { WORDS_OF_ENTRY } from './word-indexes.js';
import { LEAVES } from './words-sql.js';

function compiled(filter: Filter) {
  const parameters = new FilterParameters();
  return { sql: filterSql(filter, parameters), parameters: parameters.values };
}

function parsed(text: string): Filter {
  const { filter, problem } = parseFilter(text);
  if (filter === undefined) throw new Error(problem.message);
  return filter;
}

const VALUES = (path: string) =>
  `arrayFold((held, step) -> arrayFlatten(arrayMap(x -> if(startsWith(JSONExtractRaw(x, step), '['), JSONExtractArrayRaw(x, step), [JSONExtractRaw(x, step)]), held)), {${path}:Array(String)}, [entry])`;
const HAS_ALL =
  'hasAllTokens(lower(message), {f0:Array(String)}) AND hasAll(tokens(lower(message)), {f0:Array(String)})';
const NO_STAND_IN = "NOT startsWith(message, '{\"$')";

describe('the SQL of a filter', () => {
  it.each<[string, string, object]>([
    ['actor:(jane,joe)', 'actor_id IN {f0:Array(String)}', { f0: ['jane', 'joe'] }],
    [
      'action:order.* -outcome:success',
      "(action LIKE {f0:String} AND NOT startsWith(action, '{\"$')) AND (NOT (outcome IN {f1:Array(String)}))",
      { f0: 'order.%', f1: ['success'] },
    ],
    ['target:a%', 'hasAny(target_ids, {f0:Array(String)})', { f0: ['a%'] }],
    [
      'target.type:a%*',
      `arrayExists(x -> x LIKE {f0:String} AND NOT startsWith(x, '{"$'), target_types)`,
      { f0: 'a\\%%' },
    ],
    [
      'actor.name:"Jane Doe"',
      `hasAll(${WORDS_OF_ENTRY}, {f1:Array(String)}) AND lower(JSONExtract(entry, 'actor', 'name', 'String')) IN {f0:Array(String)}`,
      { f0: ['jane doe'], f1: ['jane', 'doe'] },
    ],
    [
      'target.name:("May bill",June)',
      `hasAny(${WORDS_OF_ENTRY}, {f1:Array(String)}) AND hasAny(arrayMap(x -> lower(x), JSONExtract(entry, 'targets', 'Array(Tuple(name String))').name), {f0:Array(String)})`,
      { f0: ['may bill', 'june'], f1: ['bill', 'june'] },
    ],
    ['reason:("-",May)', "lower(JSONExtract(entry, 'reason', 'String')) IN {f0:Array(String)}", { f0: ['-', 'may'] }],
    [
      'trace_id:ab-c*-d-*e',
      `hasAll(${WORDS_OF_ENTRY}, {f1:Array(String)}) AND JSONExtract(entry, 'trace_id', 'String') LIKE {f0:String} AND NOT startsWith(JSONExtract(entry, 'trace_id', 'String'), '{"$')`,
      { f0: 'ab-c%-d-%e', f1: ['ab', 'd'] },
    ],
    [
      'metadata.amount:5..<9',
      'arrayExists((key, x) -> key = {f2:String} AND x >= reinterpretAsFloat64({f0:UInt64}) AND x < reinterpretAsFloat64({f1:UInt64}), metadata_keys, metadata_numbers)',
      { f0: 0x4014000000000000n, f1: 0x4022000000000000n, f2: 'amount' },
    ],
    [
      'any:"two words"*',
      `position(lower(entry), {f1:String}) > 0 AND hasAll(${WORDS_OF_ENTRY}, {f2:Array(String)}) AND arrayExists(x -> match(lower(x), {f0:String}), ${LEAVES})`,
      {
        f0: '(?:^|[\\x00-/:-@\\[-`{-\\x7f])two[\\x00-/:-@\\[-`{-\\x7f]+words',
        f1: 'words',
        f2: ['two'],
      },
    ],
    ['session:*', "session_id != ''", {}],
    [
      'file.size:>5',
      "JSONType(JSONExtract(entry, 'file', 'size', 'String')) IN ('Int64', 'UInt64', 'Double') AND JSONExtractFloat(JSONExtract(entry, 'file', 'size', 'String')) > reinterpretAsFloat64({f0:UInt64})",
      { f0: 0x4014000000000000n },
    ],
    ['time:<2025-10-06', "time < fromUnixTimestamp64Nano({f0:Int64}, 'UTC')", { f0: 1_759_708_800_000_000_000n }],
    ['password', `${HAS_ALL} AND ${NO_STAND_IN}`, { f0: ['password'] }],
    [
      '"password reset"*',
      `${HAS_ALL} AND match(lower(message), {f1:String}) AND ${NO_STAND_IN}`,
      { f0: ['password'], f1: '(?:^|[\\x00-/:-@\\[-`{-\\x7f])password[\\x00-/:-@\\[-`{-\\x7f]+reset' },
    ],
    ['a OR id:b', `(${HAS_ALL} AND ${NO_STAND_IN}) OR (id IN {f1:Array(String)})`, { f0: ['a'], f1: ['b'] }],
    [
      'metadata.a:"x\\"y"',
      `position(entry, {f2:String}) > 0 AND hasAll(${WORDS_OF_ENTRY}, {f1:Array(String)}) AND arrayExists(x -> has({f0:Array(String)}, x), arrayMap(x -> if(startsWith(x, '{') OR startsWith(x, '['), '', JSONExtractString(x)), ${VALUES('f3')}))`,
      { f0: ['x"y'], f1: ['x', 'y'], f2: 'x\\"y', f3: ['metadata', 'a'] },
    ],
    [
      'request."k\\"":*',
      `position(entry, {f0:String}) > 0 AND arrayExists(x -> x NOT IN ('', 'null', '""'), ${VALUES('f1')})`,
      { f0: '"k\\"":', f1: ['request', 'k"'] },
    ],
    ['*', '1', {}],
    ['-*', '0', {}],
  ])('%s', (text, sql, parameters) => {
    expect(compiled(parsed(text))).toEqual({ sql, parameters });
  });

  it('asks for blind indexes in the column that has those of all live items', () => {
    const sealed: Filter = { op: 'sealed', blind: ['x', 'y'] };
    const expected = { sql: 'hasAny(sealed_blind, {f0:Array(String)})', parameters: { f0: ['x', 'y'] } };
    expect(compiled(sealed)).toEqual(expected);
    expect(compiled(negate(sealed))).toEqual({ ...expected, sql: `NOT (${expected.sql})` });
  });

  it('tells what is sealed by how it stands in the entry', () => {
    const sqlOf = (field: string) => compiled({ op: 'concealed', field }).sql;
    expect(sqlOf('message')).toBe(`startsWith(message, '{"$sealed":')`);
    expect(sqlOf('targets.id')).toBe(`arrayExists(x -> startsWith(x, '{"$sealed":'), target_ids)`);
    expect(sqlOf('any')).toBe("sealed != ''");
    expect(compiled({ op: 'concealed', field: 'metadata.a' })).toEqual({
      sql: `position(entry, '"$sealed":') > 0 AND arrayExists(x -> startsWith(x, '{"$sealed":'), arrayFold((held, step) -> arrayFlatten(arrayMap(x -> if(startsWith(x, '{"$sealed":'), [x], if(startsWith(JSONExtractRaw(x, step), '['), JSONExtractArrayRaw(x, step), [JSONExtractRaw(x, step)])), held)), {f0:Array(String)}, [entry]))`,
      parameters: { f0: ['metadata', 'a'] },
    });
  });

  const signs = fc.constantFrom("'", '\\', "\\'", '; --', '%', '*/', '`', '{}', '\n', '"');
  const hostile = fc.oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }).map((text) => text.toWellFormed().replaceAll('\0', '·')),
    fc.constantFrom("' OR 1 = 1 --", '{f0:String}', '; DROP TABLE attestlog.events'),
    signs,
  );
  it.each([
    ['texts with a word', hostile.map((text) => `${text} word ${text}`)],
    ['texts without one', signs],
  ])('holds nothing that a client gave: whatever its %s are, it is the same', (_what, some) => {
    fc.assert(
      fc.property(anyResolvedFilter, fc.infiniteStream(some), (filter, texts) => {
        const [one, other] = [1, 2].map(() => withTexts(filter, () => texts.next().value as string));
        const [given, changed] = [compiled(one as Filter), compiled(other as Filter)];
        expect(changed.sql).toBe(given.sql);
        expect(Object.keys(changed.parameters)).toEqual(Object.keys(given.parameters));
        expect(given.sql).toMatch(/^[\x20-\x7e]*$/);
        // What sets the parameters is one statement, whatever stands in the texts.
        expect(setParameters(changed.parameters).replace(/'(?:[^'\\]|\\.)*'/gs, '')).toMatch(
          /^(?:SET (?:param_f\d+ = (?:, )?)+; )?$/,
        );
      }),
      { numRuns: 1000 },
    );
  });

  it('has a column of the table for each field that is said to have one', () => {
    const names = new Set(filterFields.map(({ name }) => name));
    for (const [name, { column, isArray }] of filterColumns) {
      expect(names).toContain(name);
      expect(CREATE_EVENTS).toMatch(new RegExp(`\n    ${column} ${isArray ? 'Array' : '(?!Array)'}`));
    }
  });

  it('has parentheses where they mean something', () => {
    const [a, b, c] = ['id:a', 'id:b', 'id:c'].map(parsed) as [Filter, Filter, Filter];
    const is = (n: number) => `(id IN {f${n}:Array(String)})`;
    expect(compiled(allOf(a, anyOf(b, c))).sql).toBe(`${is(0)} AND (${is(1)} OR ${is(2)})`);
    expect(compiled(negate(allOf(a, b))).sql).toBe(`NOT (${is(0)} AND ${is(1)})`);
  });
});

/** The same tree over the same fields with other texts, and other keys in paths into free JSON. */
function withTexts(filter: Filter, text: () => string): Filter {
  switch (filter.op) {
    case 'and':
    case 'or':
      return { ...filter, filters: filter.filters.map((inner) => withTexts(inner, text)) };
    case 'not':
      return { ...filter, filter: withTexts(filter.filter, text) };
    case 'is':
      return { ...filter, field: otherPath(filter.field, text), values: filter.values.map(text) };
    case 'like':
      return { ...filter, field: otherPath(filter.field, text), parts: filter.parts.map(text) };
    case 'words':
      return { ...filter, words: filter.words.map(text) };
    case 'sealed':
      return { ...filter, blind: filter.blind.map(text) };
    case 'exists':
    case 'range':
    case 'concealed':
      return { ...filter, field: otherPath(filter.field, text) };
    default:
      return filter;
  }
}

function otherPath(field: string, text: () => string): string {
  const root = ['metadata', 'request', 'response', 'changes.before', 'changes.after'].find(
    (name) => field === name || field.startsWith(`${name}.`),
  );
  return root === undefined ? field : `${root}."${text().replace(/["\\]/g, '\\$&')}"`;
}
