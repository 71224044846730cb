import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkFilter } from './check-filter.js';
import { compileFilter } from './compile-filter.js';
import type { Filter } from './filter.js';
import { FILTER_MAX_DEPTH_LEVELS, FILTER_MAX_NODES, FILTER_TEXT_MAX_CHARS } from './filter-bounds.js';
import { filterProblemCodes } from './filter-problem.js';
import { parseFilter } from './parse-filter.js';
import { printFilter } from './print-filter.js';

const words = (...list: string[]): Filter => ({ op: 'words', field: 'message', words: list });
const is = (field: string, ...values: string[]): Filter => ({ op: 'is', field, values });

describe('a text means', () => {
  it.each<[string, Filter]>([
    ['', { op: 'always' }],
    [' \t\n ', { op: 'always' }],
    ['*', { op: 'always' }],
    ['actor:jane', is('actor.id', 'jane')],
    ['actor.id:jane', is('actor.id', 'jane')],
    ['target.type:order', is('targets.type', 'order')],
    ['-outcome:success', { op: 'not', filter: is('outcome', 'success') }],
    ['NOT outcome:success', { op: 'not', filter: is('outcome', 'success') }],
    ['--outcome:success', is('outcome', 'success')],
    ['NOT -NOT id:x', { op: 'not', filter: is('id', 'x') }],
    ['outcome:(failed, denied)', is('outcome', 'failure', 'denied')],
    ['operation:VIEW', is('operation', 'read')],
    ['action:Order.Approve', is('action', 'order.approve')],
    ['action:order.*', { op: 'like', field: 'action', parts: ['order.', ''] }],
    ['action:"order.*"', is('action', 'order.*')],
    ['action:order.\\*', is('action', 'order.*')],
    ['actor."id":x', is('actor.id', 'x')],
    ['actor:a"b c"d', is('actor.id', 'ab cd')],
    ['actor:x:y', is('actor.id', 'x:y')],
    ['actor:a,b', is('actor.id', 'a,b')],
    ['actor:a..b', is('actor.id', 'a..b')],
    ['actor:(a,"b,c" OR d)', is('actor.id', 'a', 'b,c', 'd')],
    ['reason:*', { op: 'exists', field: 'reason' }],
    ['exists:metadata.a', { op: 'exists', field: 'metadata.a' }],
    ['password reset', { op: 'and', filters: [words('password'), words('reset')] }],
    ['"Password Reset"', words('password', 'reset')],
    ['multi-factor', words('multi', 'factor')],
    ['res*', { op: 'words', field: 'message', words: ['res'], prefix: true }],
    ['any:jane', { op: 'words', field: 'any', words: ['jane'] }],
    ['a OR b c', { op: 'or', filters: [words('a'), { op: 'and', filters: [words('b'), words('c')] }] }],
    ['(a OR b) c', { op: 'and', filters: [{ op: 'or', filters: [words('a'), words('b')] }, words('c')] }],
    ['or and not', { op: 'and', filters: [words('or'), words('and'), words('not')] }],
    ['metadata.amount:>900', { op: 'range', field: 'metadata.amount', gt: 900 }],
    ['metadata.amount:900', is('metadata.amount', '900')],
    ['metadata.amount:-5..1e3', { op: 'range', field: 'metadata.amount', gte: -5, lte: 1000 }],
    [
      'file.size:(1,>=1e6)',
      { op: 'or', filters: [is('file.size', '1'), { op: 'range', field: 'file.size', gte: 1e6 }] },
    ],
    ['severity:>=error', is('severity', 'error', 'critical')],
    ['severity:info..<warning', is('severity', 'info', 'notice')],
    ['severity:>critical', { op: 'never' }],
    ['ip:10.0.0.0/8', { op: 'network', field: 'source.ip', networks: ['10.0.0.0/8'] }],
    ['ip:(::1,10.0.0.1)', { op: 'network', field: 'source.ip', networks: ['::1', '10.0.0.1'] }],
    ['ip:10.*', { op: 'like', field: 'source.ip', parts: ['10.', ''] }],
    ['metadata.due:>2025-10-01', { op: 'range', field: 'metadata.due', gt: '2025-10-01T23:59:59.999999999Z' }],
    [
      'time:2025-10-06T14:54+02:00',
      {
        op: 'range',
        field: 'time',
        gte: '2025-10-06T12:54:00.000000000Z',
        lte: '2025-10-06T12:54:59.999999999Z',
      },
    ],
    ['time:>=2025', { op: 'range', field: 'time', gte: '2025-01-01T00:00:00.000000000Z' }],
    ['time:<2024-02', { op: 'range', field: 'time', lt: '2024-02-01T00:00:00.000000000Z' }],
    ['time:<=2024-02', { op: 'range', field: 'time', lte: '2024-02-29T23:59:59.999999999Z' }],
    ['time:>2262', { op: 'range', field: 'time', gt: '2262-04-11T23:47:16.854775807Z' }],
  ])('%j', (text, filter) => {
    expect(parseFilter(text)).toEqual({ filter });
  });

  it('a variable where one is given, and its value is never read as syntax', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (me) => {
        fc.pre(me.isWellFormed() && !me.includes('\0'));
        expect(parseFilter('actor:@me OR id:x', { variables: { me } })).toEqual({
          filter: { op: 'or', filters: [is('actor.id', me), is('id', 'x')] },
        });
      }),
    );
    expect(parseFilter('actor:"@me"', { variables: { me: 'jane' } })).toEqual({ filter: is('actor.id', '@me') });
    expect(parseFilter('actor:(@me,x)', { variables: { me: 'j' } })).toEqual({ filter: is('actor.id', 'j', 'x') });
  });
});

describe('a text is refused', () => {
  it.each([
    ['acter:jane', 'unknown-field', 0, 'actor'],
    ['a actoin:b', 'unknown-field', 2, 'action'],
    ['metdata.amount:5', 'unknown-field', 0, 'metadata.amount'],
    ['http://x', 'unknown-field', 0, undefined],
    ['changes.x:1', 'unknown-field', 0, undefined],
    ['exists:acter', 'unknown-field', 7, 'actor'],
    ['-outcome:sucess', 'unknown-value', 9, 'success'],
    ['outcome:(denied,nope)', 'unknown-value', 16, undefined],
    ['actor:@you', 'unknown-variable', 6, undefined],
    ['actor:@toString', 'unknown-variable', 6, undefined],
    ['actor:@me', 'unknown-variable', 6, undefined],
    ['actor: jane', 'missing-value', 6, undefined],
    ['actor:', 'missing-value', 6, undefined],
    ['actor:""', 'missing-value', 6, undefined],
    ['actor:()', 'missing-value', 7, undefined],
    ['actor:(a,)', 'missing-value', 9, undefined],
    ['exists:', 'missing-value', 7, undefined],
    ['time:2025..', 'missing-value', 11, undefined],
    ['time:..2025', 'not-a-time', 5, undefined],
    ['()', 'missing-filter', 1, undefined],
    ['a OR', 'missing-filter', 4, undefined],
    ['OR a', 'missing-filter', 0, undefined],
    ['a AND OR b', 'missing-filter', 6, undefined],
    ['-', 'missing-filter', 1, undefined],
    ['- outcome:success', 'missing-filter', 1, undefined],
    ['(a', 'unclosed-parenthesis', 0, undefined],
    ['actor:(a', 'unclosed-parenthesis', 6, undefined],
    ['a)', 'unexpected-character', 1, undefined],
    ['(a)b', 'unexpected-character', 3, undefined],
    ['actor:f(x)', 'unexpected-character', 7, undefined],
    ['actor:(a b)', 'unexpected-character', 9, undefined],
    ['x\\', 'unexpected-character', 1, undefined],
    ['a "b', 'unclosed-quote', 2, undefined],
    ['actor:>5', 'wrong-operator', 6, undefined],
    ['ip:jane', 'not-a-network', 3, undefined],
    ['ip:10.0.0.0/33', 'not-a-network', 3, undefined],
    ['file.size:big', 'not-a-number', 10, undefined],
    ['file.size:>big', 'not-a-number', 10, undefined],
    ['metadata.a:>big', 'not-a-number', 11, undefined],
    ['metadata.a:5..2025-10-06', 'not-a-number', 11, undefined],
    ['time:yesterday', 'not-a-time', 5, undefined],
    ['time:2025-02-30', 'not-a-time', 5, undefined],
    ['time:2025*', 'wrong-operator', 5, undefined],
    ['file.size:1..<', 'missing-value', 14, undefined],
    ['metadata.a:<5..9', 'unexpected-character', 11, undefined],
    ['metadata.a:5..>9', 'unexpected-character', 11, undefined],
    ['"-!"', 'no-words', 0, undefined],
    ['a*b', 'bad-pattern', 0, undefined],
    ['any:*', 'wrong-operator', 4, undefined],
    ['actor:a\0b', 'bad-character', 6, undefined],
    ['actor:\ud800', 'bad-character', 6, undefined],
    ['metadata."\0":x', 'bad-character', 0, undefined],
    ['metadata."\ud800":*', 'bad-character', 0, undefined],
    ['actor:a*b*c*d*e*f*g*h*i*j*k*l*m*n*o*p*q', 'bad-pattern', 6, undefined],
  ])('%j', (text, code, offset, suggestion) => {
    const { problem } = parseFilter(text);
    expect(problem).toMatchObject({ code, offset });
    expect(problem?.suggestion).toBe(suggestion);
  });

  it('beyond its bounds, and not at them', () => {
    const parentheses = (levels: number) => `${'('.repeat(levels)}a${')'.repeat(levels)}`;
    expect(parseFilter(parentheses(FILTER_MAX_DEPTH_LEVELS)).filter).toBeDefined();
    expect(parseFilter(parentheses(FILTER_MAX_DEPTH_LEVELS + 1)).problem).toMatchObject({
      code: 'too-deep',
      offset: 16,
    });
    const conditions = (count: number) => Array.from({ length: count }, (_, n) => `id:${n}`).join(' ');
    expect(parseFilter(conditions(FILTER_MAX_NODES - 1)).filter).toBeDefined();
    expect(parseFilter(conditions(FILTER_MAX_NODES)).problem).toMatchObject({ code: 'too-many-nodes', offset: 0 });
    const spaces = (count: number) => `a${' '.repeat(count - 1)}`;
    expect(parseFilter(spaces(FILTER_TEXT_MAX_CHARS)).filter).toBeDefined();
    expect(parseFilter(spaces(FILTER_TEXT_MAX_CHARS + 1)).problem).toMatchObject({ code: 'too-long' });
    const alternating = (levels: number): string =>
      levels < 2 ? 'a' : `(b ${levels % 2 ? 'OR' : 'AND'} ${alternating(levels - 1)})`;
    expect(parseFilter(alternating(FILTER_MAX_DEPTH_LEVELS)).filter).toBeDefined();
    expect(parseFilter(alternating(FILTER_MAX_DEPTH_LEVELS + 1)).problem).toMatchObject({ code: 'too-deep' });
  });
});

/** Pieces that the syntax is made of, so that chance puts together what nearly is right. */
const piece = fc.oneof(
  fc.constantFrom(
    ...['actor:', 'time:', 'metadata.', 'metadata.a:', 'severity:', 'ip:', 'file.size:', 'any:', 'exists:', 'message:'],
    ...['(', ')', '"', '\\', '*', '..', '>', '<', '=', ',', ':', '-', '@me', '@', ' ', '\t', ' OR ', ' AND ', 'NOT '],
    ...['a', 'jane', '5', '-1e3', '2025-10-06', '10.0.0.0/8', 'info', '\0', '\ud800', '😀', '\u00a0', '__proto__'],
  ),
  fc.string({ unit: 'binary', maxLength: 3 }),
);
const hostileText = fc.array(piece, { maxLength: 20 }).map((pieces) => pieces.join(''));

describe('whatever is written', () => {
  it('is a filter in its one form, or a problem with its place', () => {
    let understood = 0;
    fc.assert(
      fc.property(hostileText, (text) => {
        const { filter, problem } = parseFilter(text, { variables: { me: 'jane' } });
        if (filter === undefined) {
          expect(filterProblemCodes).toContain(problem.code);
          expect(problem.offset).toBeGreaterThanOrEqual(0);
          expect(problem.offset).toBeLessThanOrEqual(text.length);
          expect(problem.message).toSatisfy((message: string) => message.isWellFormed() && message.length < 400);
          return;
        }
        understood += 1;
        expect(parseFilter(printFilter(filter))).toEqual({ filter });
        expect(checkFilter(filter)).toEqual({ filter });
        compileFilter(filter)({ id: 'x', time: '2025-10-06T12:54:12Z', metadata: { a: [5] } });
      }),
      { numRuns: 5000 },
    );
    expect(understood).toBeGreaterThan(200);
  });

  it('comes to an end, at full length too', () => {
    const units = [
      '(',
      '-',
      '"',
      '\\',
      '*',
      'a:',
      'a."',
      ' a."',
      'NOT ',
      'a OR ',
      'actor:(a,',
      'metadata.',
      'metadata."',
      '..',
      'time:5..',
      '--a ',
      '"a" ',
    ];
    for (const unit of units) {
      for (const end of ['', '"', ')', 'x']) {
        const text = unit.repeat(FILTER_TEXT_MAX_CHARS / unit.length - 1) + end;
        expect(parseFilter(text)).toBeDefined();
      }
    }
  });
});
