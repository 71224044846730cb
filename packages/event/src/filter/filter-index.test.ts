import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyResolvedFilter } from '../../testing/filter-arbitraries.js';
import { sealedBeside } from '../../testing/sealed-beside.js';
import { searchedEvent } from '../../testing/searched-events.js';
import { compileFilter } from './compile-filter.js';
import type { Filter } from './filter.js';
import { FilterIndex } from './filter-index.js';
import { parseFilter } from './parse-filter.js';

const read = (text: string): Filter => {
  const { filter, problem } = parseFilter(text);
  if (filter === undefined) throw new Error(problem.message);
  return filter;
};

/** Each holder as often as it is told. */
function fitting<T>(index: FilterIndex<T>, entry: unknown, sealed?: string): T[] {
  const found: T[] = [];
  index.forEachFitting(entry, sealed, (holders) => found.push(...holders));
  return found;
}

describe('an index of filters', () => {
  it('finds what each filter finds by itself, whatever came and went', () => {
    const change = fc.record({ holder: fc.nat(5), filter: fc.option(anyResolvedFilter, { freq: 5 }) });
    fc.assert(
      fc.property(
        fc.array(change, { maxLength: 12 }),
        fc.array(fc.tuple(searchedEvent, sealedBeside), { maxLength: 5 }),
        (changes, entries) => {
          const index = new FilterIndex<number>();
          const filters = new Map<number, Filter>();
          for (const { holder, filter } of changes) {
            if (filter === null) {
              index.delete(holder);
              filters.delete(holder);
            } else {
              index.set(holder, filter);
              filters.set(holder, filter);
            }
          }
          for (const [entry, sealed] of entries) {
            const expected = [...filters].filter(([, filter]) => compileFilter(filter)(entry, sealed));
            expect(fitting(index, entry, sealed).sort()).toEqual(expected.map(([holder]) => holder).sort());
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('tells of a filter once, however many of its guards an entry passes', () => {
    const index = new FilterIndex<string>();
    index.set('one', read('actor:(jane OR joe) OR target:o1'));
    const entry = { actor: { id: 'jane' }, targets: [{ id: 'o1' }, { id: 'o1' }] };
    expect(fitting(index, entry)).toEqual(['one']);
    expect(fitting(index, { actor: { id: 'ann' }, targets: [] })).toEqual([]);
  });

  it('compares texts for people without the case of A to Z, whole ones and their begins', () => {
    const index = new FilterIndex<string>();
    index.set('whole', read('actor.name:"JANE doe"'));
    index.set('begin', read('actor.name:jANE*'));
    index.set('exact', read('actor:JANE'));
    expect(fitting(index, { actor: { id: 'jane', name: 'Jane Doe' } }).sort()).toEqual(['begin', 'whole']);
  });

  it.each([
    ['value', 'actor:u#'],
    ['begin of a value', 'actor:u#*'],
  ])('does not look at filters whose %s an entry lacks', (_what, text) => {
    const index = new FilterIndex<number>();
    // A phrase is looked for in the message, which this entry tells of when it is read.
    for (let actor = 0; actor < 100; actor++)
      index.set(actor, read(`${text.replace('#', String(actor))} "password reset"`));
    let reads = 0;
    const entry = {
      actor: { id: 'u7' },
      get message() {
        reads += 1;
        return 'Password reset';
      },
    };
    expect(fitting(index, entry)).toEqual([7]);
    expect(reads).toBeLessThan(10);
  });

  it('evaluates a filter of many holders once', () => {
    const index = new FilterIndex<number>();
    for (let holder = 0; holder < 100; holder++) index.set(holder, read('actor:* "password reset"'));
    let reads = 0;
    const entry = {
      actor: { id: 'u7' },
      get message() {
        reads += 1;
        return 'Password reset';
      },
    };
    expect(fitting(index, entry)).toHaveLength(100);
    expect(reads).toBeLessThan(10);
  });
});
