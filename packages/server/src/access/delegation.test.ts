import { allOf, parseFilter } from '@attestlog/event';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { administrator } from '../../testing/credential-node.js';
import { samplePrincipal } from '../../testing/principals.js';
import { filterFor, isNarrowed, mayHold } from './delegation.js';

const problemOf = (text: string) => parseFilter(text, { variables: { me: 'jane' } }).problem?.message;
const OWN = 'target.type:order OR target.type:invoice';
const by = administrator({ principal: samplePrincipal({ filter: OWN }) });

test('whoever has a filter hands it on', () => {
  expect(filterFor(by, undefined, problemOf)).toBe(OWN);
  expect(filterFor(by, OWN, problemOf)).toBe(OWN);
  expect(filterFor(by, 'action:order.approve', problemOf)).toBe(`(${OWN}) (action:order.approve)`);
  expect(filterFor(administrator(), 'action:a.b', problemOf)).toBe('action:a.b');
  expect(filterFor(administrator(), undefined, problemOf)).toBeUndefined();
});

test.each(['action:a.b) OR (action:c.d', 'action:a.b)', '"open', '(', '()'])(
  '"%s" does not get out of its parentheses',
  (wanted) => {
    expect(() => filterFor(by, wanted, problemOf)).toThrow();
  },
);

test('whatever is wanted, what comes of it is both filters, or a refusal', () => {
  const words = fc.constantFrom(
    'action:a.b',
    'OR',
    '(',
    ')',
    '"',
    '\\',
    '-',
    'word',
    'actor.id:"x y"',
    '@me',
    ' ',
    '*',
  );
  fc.assert(
    fc.property(fc.array(words, { maxLength: 12 }), (parts) => {
      const wanted = parts.join('');
      let made: string | undefined;
      try {
        made = filterFor(by, wanted, problemOf);
      } catch {
        return;
      }
      if (wanted === '') return;
      const parse = (text: string) => parseFilter(text, { variables: { me: 'jane' } }).filter!;
      expect(parse(made!)).toEqual(allOf(parse(OWN), parse(wanted)));
    }),
    { numRuns: 2000 },
  );
});

test('a filter is narrowed when it is the own one, or begins with it', () => {
  expect(isNarrowed(undefined, undefined)).toBe(true);
  expect(isNarrowed(OWN, OWN)).toBe(true);
  expect(isNarrowed(OWN, `(${OWN}) (action:a.b)`)).toBe(true);
  for (const other of [undefined, 'action:a.b', `(${OWN})`, `${OWN} (action:a.b)`])
    expect(isNarrowed(OWN, other)).toBe(false);
});

test('who belongs to a tenant holds nothing that belongs to none', async () => {
  const scope = { tenant: undefined, permissions: [], roles: [] };
  expect(await mayHold(administrator(), scope)).toBe(false);
  const operator = { ...samplePrincipal(), tenant: undefined };
  expect(await mayHold(administrator({ principal: operator }), scope)).toBe(true);
});
