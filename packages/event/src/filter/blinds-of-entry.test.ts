import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { sealedCondition } from '../../testing/filter-arbitraries.js';
import { sealedBeside } from '../../testing/sealed-beside.js';
import { isErased, parseSealedItems } from '../sealed/sealed-items.js';
import { BlindsOfEntry } from './blinds-of-entry.js';
import { allOf, negate } from './combine.js';
import { compileFilter } from './compile-filter.js';
import type { Filter, HasSealed } from './filter.js';

const A = 'A'.repeat(22);
const B = 'B'.repeat(22);
const item = (...b: string[]) => ({ f: b.map((_, i) => `/f/${i}`), s: B, k: 1, b, v: 'v'.repeat(40) });
const json = (...items: object[]) => JSON.stringify(items);

it.each([
  ['nothing is sealed', undefined, false],
  ['a value has it', json(item(A)), true],
  ['a value of another person has it', json(item('', 'C'.repeat(22)), item(A)), true],
  ['only a tag is the same', json({ ...item(''), s: A }), false],
  ['the value was erased', json({ f: ['/f/0'], e: 'e1' }), false],
  ['it is not what the server writes', `[{"b":["${A}"]}]`, false],
  ['it is no JSON', `["${A}`, false],
])('a blind index is found where it is one of a sealed value: %s', (_what, sealed, found) => {
  expect(new BlindsOfEntry().hasOne(sealed, [A])).toBe(found);
  expect(compileFilter({ op: 'sealed', blind: ['x', A] })({}, sealed)).toBe(found);
  expect(compileFilter({ op: 'not', filter: { op: 'sealed', blind: [A] } })({}, sealed)).toBe(!found);
});

it('the value that a blind index is kept from is not found by none', () => {
  expect(new BlindsOfEntry().hasOne(json(item('')), [''])).toBe(false);
});

it('each entry is found by its own values, whichever was looked at before', () => {
  const entries = fc.array(fc.tuple(sealedBeside, sealedCondition), { maxLength: 20 });
  fc.assert(
    fc.property(entries, (pairs) => {
      const blinds = new BlindsOfEntry();
      for (const [sealed, filter] of pairs) {
        const live = (sealed === undefined ? [] : parseSealedItems(sealed)!).filter((one) => !isErased(one));
        const expected = live.some((one) => 'b' in one && one.b.some((b) => (filter as HasSealed).blind.includes(b)));
        expect(blinds.hasOne(sealed, (filter as HasSealed).blind)).toBe(expected);
      }
    }),
  );
});

it('what lies beside an entry is read once for all conditions, and only when one asks', () => {
  const parse = vi.spyOn(JSON, 'parse');
  const blinds = (blind: string): Filter => ({ op: 'sealed', blind: [blind] });
  const sealed = json(item(A));
  const is: Filter = { op: 'is', field: 'id', values: ['e1'] };
  const fits = compileFilter(allOf(is, blinds(A), negate(blinds(B)), negate(blinds('C'))));
  expect(fits({ id: 'e2' }, sealed)).toBe(false);
  expect(parse).toHaveBeenCalledTimes(0);
  expect(fits({ id: 'e1' }, sealed)).toBe(true);
  expect(parse).toHaveBeenCalledTimes(1);
  parse.mockRestore();
});
