import fc from 'fast-check';
import { allOf, anyOf, negate } from '../src/filter/combine.js';
import { pathText } from '../src/filter/field-path.js';
import { type FilterField, filterFields } from '../src/filter/fields.js';
import type { Filter } from '../src/filter/filter.js';
import { type FoundField, knownField } from '../src/filter/find-field.js';
import {
  isProblem,
  makeExists,
  makeIs,
  makeLike,
  makeNetwork,
  makeRange,
  makeWords,
} from '../src/filter/make-condition.js';
import { isWord, wordsOf } from '../src/filter/words.js';
import { formatNs } from '../src/time.js';
import { blind } from './sealed-beside.js';
import { addresses, key, maybe, moments, name, number, sentence, text, word } from './search-stock.js';

/** A field; in free JSON often, with a path into it. */
const someField = (...types: FilterField['type'][]) => {
  const ofTypes = filterFields.filter(({ type }) => types.includes(type));
  const typed = fc.constantFrom(...ofTypes.filter(({ type }) => type !== 'json').map(({ name }) => name));
  const free = fc
    .tuple(fc.constantFrom(...ofTypes.filter(({ type }) => type === 'json')), fc.array(key, { maxLength: 2 }))
    .map(([{ path }, steps]) => pathText([...path, ...steps]));
  return (
    types.includes('json') ? fc.oneof({ arbitrary: typed, weight: 3 }, { arbitrary: free, weight: 2 }) : typed
  ).map(knownField);
};

const valueFor = ({ field }: FoundField): fc.Arbitrary<string> => {
  if (field.values !== undefined) return fc.constantFrom(...field.values);
  if (field.lowerCase) return fc.constantFrom('order.approve', 'user.login', 'a.b');
  if (field.type === 'text') return name;
  if (field.type === 'number') return fc.constantFrom('0', '1', '900', '1234567');
  return field.type === 'json'
    ? fc.oneof(
        text,
        number.map((some) => String(some + 0)),
      )
    : text;
};

const isCondition = someField('keyword', 'text', 'number', 'json').chain((found) =>
  fc.array(valueFor(found), { minLength: 1, maxLength: 3 }).map((values) => makeIs(found, values)),
);
/** A text of which pieces are left out, at the ends or between. */
const pieces = (whole: fc.Arbitrary<string>) =>
  fc.tuple(whole, fc.array(fc.nat(8), { minLength: 1, maxLength: 4 })).map(([full, cuts]) => {
    const places = [0, ...cuts.sort((a, b) => a - b)];
    const kept = places.map((place, index) => full.slice(place, cuts[index] ?? full.length));
    return kept.map((piece, index) => (index % 2 === 0 ? piece : piece.slice(1))).map((piece) => piece.toWellFormed());
  });
const likeCondition = someField('keyword', 'text', 'address', 'json').chain((found) =>
  fc
    .oneof(
      {
        arbitrary: pieces(found.field.type === 'address' ? fc.constantFrom(...addresses) : valueFor(found)),
        weight: 4,
      },
      { arbitrary: pieces(sentence), weight: 1 },
      fc.array(fc.oneof(fc.constant(''), fc.constantFrom('o', 'r', 'A', '1', '.', '$', 'e', '{', '[', '"', '}')), {
        minLength: 2,
        maxLength: 4,
      }),
    )
    .map((parts) => makeLike(found, parts)),
);
const existsCondition = someField('keyword', 'text', 'message', 'number', 'time', 'address', 'json').map(makeExists);
const ends = <T extends number | string>(values: fc.Arbitrary<T>) =>
  fc
    .record({
      lower: maybe(fc.tuple(fc.constantFrom('gt', 'gte'), values)),
      upper: maybe(fc.tuple(fc.constantFrom('lt', 'lte'), values)),
    })
    .filter(({ lower, upper }) => lower !== undefined || upper !== undefined)
    .map(({ lower, upper }) => Object.fromEntries([lower, upper].filter((end) => end !== undefined)));
const numberRange = fc
  .tuple(someField('number', 'json'), ends(fc.oneof(number, fc.constantFrom(1e300, 899.9))))
  .map(([found, bounds]) => makeRange(found, bounds));
const timeRange = fc
  .tuple(someField('time', 'json'), ends(fc.constantFrom(...moments.map(formatNs))))
  .map(([found, bounds]) => makeRange(found, bounds));
const networkCondition = fc
  .array(
    fc.oneof(
      fc.constantFrom('10.0.0.0/8', '0.0.0.0/0', '::/0', '2001:db8::/32', '::ffff:0:0/96', 'fe80::/10', '10.0.0.1/31'),
      fc.constantFrom(...addresses.filter((address) => !address.includes('%'))),
    ),
    { minLength: 1, maxLength: 3 },
  )
  .map((networks) => makeNetwork(knownField('source.ip'), networks));
const phraseWords = fc
  .array(word, { minLength: 1, maxLength: 3 })
  .map((list) => list.flatMap(wordsOf))
  .filter((list) => list.length > 0 && list.every(isWord));
const wordsCondition = fc
  .tuple(fc.constantFrom('message', 'any'), phraseWords, fc.boolean())
  .map(([field, list, prefix]) => makeWords(knownField(field), list, prefix));

const condition: fc.Arbitrary<Filter> = fc
  .oneof(
    { arbitrary: isCondition, weight: 5 },
    { arbitrary: likeCondition, weight: 4 },
    { arbitrary: existsCondition, weight: 2 },
    { arbitrary: numberRange, weight: 2 },
    { arbitrary: timeRange, weight: 2 },
    { arbitrary: networkCondition, weight: 1 },
    { arbitrary: wordsCondition, weight: 3 },
  )
  .filter((made) => !isProblem(made))
  .map((made) => made as Filter);

/** One condition, of any kind. */
export const anyCondition = condition;

/** Trees in their one form over these conditions. */
const treesOver = (leaf: fc.Arbitrary<Filter>): fc.Arbitrary<Filter> =>
  fc.letrec<{ filter: Filter }>((tie) => ({
    filter: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      { arbitrary: leaf, weight: 6 },
      { arbitrary: fc.constantFrom<Filter>({ op: 'always' }, { op: 'never' }), weight: 1 },
      { arbitrary: fc.array(tie('filter'), { maxLength: 3 }).map((filters) => allOf(...filters)), weight: 2 },
      { arbitrary: fc.array(tie('filter'), { maxLength: 3 }).map((filters) => anyOf(...filters)), weight: 2 },
      { arbitrary: tie('filter').map(negate), weight: 2 },
      // Most events fit the negation of a condition, so this fits about as many as the other condition alone.
      { arbitrary: fc.tuple(leaf, leaf).map(([one, other]) => allOf(one, negate(other))), weight: 2 },
    ),
  })).filter;

/** A tree in its one form, as clients can write it. */
export const anyFilter = treesOver(condition);

/** A condition on blind indexes of the stock. */
export const sealedCondition: fc.Arbitrary<Filter> = fc
  .uniqueArray(blind, { minLength: 1, maxLength: 3 })
  .map((blinds) => ({ op: 'sealed', blind: blinds }));

/** A condition on what is sealed of a field, or of anything. */
export const concealedCondition: fc.Arbitrary<Filter> = someField(
  ...(['keyword', 'text', 'address', 'json', 'entry'] as const),
).map(({ name }) => ({ op: 'concealed', field: name }));

/** A tree in its one form, as the server makes it for fields that are sealed. */
export const anyResolvedFilter = treesOver(
  fc.oneof(
    { arbitrary: condition, weight: 3 },
    { arbitrary: sealedCondition, weight: 1 },
    { arbitrary: concealedCondition, weight: 1 },
  ),
);
