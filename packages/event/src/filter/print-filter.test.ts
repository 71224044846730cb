import fc from 'fast-check';
import { expect, it } from 'vitest';
import { anyFilter, anyResolvedFilter, concealedCondition, sealedCondition } from '../../testing/filter-arbitraries.js';
import { checkFilter } from './check-filter.js';
import type { Filter } from './filter.js';
import { parseFilter } from './parse-filter.js';
import { printFilter } from './print-filter.js';

it('what is printed is read as the same tree', () => {
  fc.assert(
    fc.property(anyFilter, (filter) => {
      expect(parseFilter(printFilter(filter))).toEqual({ filter });
    }),
    { numRuns: 2000 },
  );
});

it('what the server makes for sealed fields is never read back', () => {
  const holdsSealed = (filter: Filter) => /"op":"(?:sealed|concealed)"/.test(JSON.stringify(filter));
  fc.assert(
    fc.property(fc.oneof(sealedCondition, concealedCondition, anyResolvedFilter).filter(holdsSealed), (filter) => {
      expect(parseFilter(printFilter(filter)).problem?.code).toBe('unknown-field');
      expect(checkFilter(filter).problem?.code).toBe('bad-shape');
    }),
  );
});

it('a tree that is checked stays as it is, also as JSON', () => {
  fc.assert(
    fc.property(anyFilter, (filter) => {
      expect(checkFilter(filter)).toEqual({ filter });
      expect(checkFilter(JSON.parse(JSON.stringify(filter)))).toEqual({ filter });
    }),
  );
});

it.each([
  ['actor:jane', 'actor.id:jane'],
  ['  a   b ', '"a" "b"'],
  ['(((a)))', '"a"'],
  ['--a', '"a"'],
  ['a AND NOT (b OR c)', '"a" -("b" OR "c")'],
  ['outcome:(failed OR denied, failure)', 'outcome:(failure,denied)'],
  ['severity:>=error', 'severity:(error,critical)'],
  ['time:2025-10', 'time:2025-10-01T00:00:00.000000000Z..2025-10-31T23:59:59.999999999Z'],
  ['metadata."a b".c:x*y', 'metadata."a b".c:x*y'],
  ['metadata.n:>1e2..<5', 'metadata.n:>100..<5'],
  ['target:"a b"', 'targets.id:"a b"'],
  ['', '*'],
  ['-*', '-*'],
  ['a *', '"a"'],
])('%j is printed as %j', (text, printed) => {
  const { filter } = parseFilter(text);
  expect(filter && printFilter(filter)).toBe(printed);
});
