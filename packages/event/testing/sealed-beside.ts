import fc from 'fast-check';
import { formatSealedItems, type SealedItem } from '../src/sealed/sealed-items.js';

const blinds = ['A', '-', '_', '9', 'z'].map((character) => character.repeat(22));

/** A blind index, of few, so that filters and entries meet. */
export const blind = fc.constantFrom(...blinds);

const item = fc
  .array(fc.tuple(fc.constantFrom('/actor/email', '/metadata/a b/"\\'), fc.oneof(blind, fc.constant(''))), {
    minLength: 1,
    maxLength: 3,
  })
  .chain((fields) =>
    fc.record({
      f: fc.constant(fields.map(([pointer]) => pointer)),
      // A tag that looks like a blind index of the stock: it is none.
      s: blind,
      k: fc.integer({ min: 1, max: 3 }),
      b: fc.constant(fields.map(([, text]) => text)),
      v: fc.constant('v'.repeat(40)),
    } satisfies Record<keyof SealedItem, fc.Arbitrary<unknown>>),
  );
const erased = fc.constant({ f: ['/actor/name'], e: 'erasure-1' });

/** What lies beside an entry for its sealed fields; undefined: nothing. */
export const sealedBeside: fc.Arbitrary<string | undefined> = fc
  .oneof(
    { arbitrary: fc.constant(undefined), weight: 1 },
    {
      arbitrary: fc.array(fc.oneof({ arbitrary: item, weight: 3 }, erased), { minLength: 1, maxLength: 3 }),
      weight: 2,
    },
  )
  .map((items) => items && formatSealedItems(items));
