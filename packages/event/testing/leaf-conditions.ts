import fc from 'fast-check';
import { checkFilter } from '../src/filter/check-filter.js';
import { allOf, anyOf, negate } from '../src/filter/combine.js';
import { pathText } from '../src/filter/field-path.js';
import type { Filter } from '../src/filter/filter.js';
import { fieldOf, isField } from '../src/filter/find-field.js';
import { wordsOf } from '../src/filter/words.js';
import { isPlainObject } from '../src/json-value.js';
import { parseTime } from '../src/time.js';

interface Leaf {
  readonly field: string;
  readonly value: string | number | boolean;
}

/** Filters about values that entries have, so that they tell them apart, whatever the entries are about. */
export function filtersAbout(entries: readonly unknown[]): fc.Arbitrary<Filter> {
  const leaves = entries.flatMap((entry) => leavesOf(entry, []));
  const condition = fc.constantFrom(...leaves).chain(conditionAbout);
  return fc.letrec<{ filter: Filter }>((tie) => ({
    filter: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      { arbitrary: condition, weight: 5 },
      { arbitrary: fc.array(tie('filter'), { minLength: 2, maxLength: 3 }).map((all) => allOf(...all)), weight: 1 },
      { arbitrary: fc.array(tie('filter'), { minLength: 2, maxLength: 3 }).map((any) => anyOf(...any)), weight: 2 },
      { arbitrary: tie('filter').map(negate), weight: 1 },
      { arbitrary: fc.tuple(condition, condition).map(([one, other]) => allOf(one, negate(other))), weight: 1 },
    ),
  })).filter;
}

function leavesOf(value: unknown, path: readonly string[]): Leaf[] {
  if (Array.isArray(value)) return value.flatMap((element) => (Array.isArray(element) ? [] : leavesOf(element, path)));
  if (isPlainObject(value)) return Object.entries(value).flatMap(([key, member]) => leavesOf(member, [...path, key]));
  const found = fieldOf(path);
  if (!isField(found) || (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean'))
    return [];
  return [{ field: path.length === 1 ? found.name : pathText(path), value }];
}

/** What can be asked about a value; of what can not, that the field is there. */
function conditionAbout({ field, value }: Leaf): fc.Arbitrary<Filter> {
  const text = String(value);
  const cut = fc.nat({ max: text.length });
  const trees: fc.Arbitrary<object>[] = [
    fc.constant({ op: 'is', field, values: [text] }),
    fc.constant({ op: 'exists', field }),
    cut.map((at) => ({ op: 'like', field, parts: [text.slice(0, at), ''] })),
    fc
      .tuple(cut, cut)
      .map(([one, other]) => ({ op: 'like', field, parts: ['', text.slice(...inOrder(one, other)), ''] })),
    cut.map((at) => ({ op: 'words', field: 'any', words: wordsOf(text).slice(at % 3, (at % 3) + 2) })),
  ];
  const isOrdered = typeof value === 'number' || !('code' in parseTime(text));
  const bound = fc.constantFrom('gt', 'gte', 'lt', 'lte');
  if (isOrdered) trees.push(bound.map((end) => ({ op: 'range', field, [end]: value })));
  if (field === 'message') trees.push(fc.constant({ op: 'words', field, words: wordsOf(text).slice(0, 2) }));
  if (field === 'source.ip') trees.push(fc.constant({ op: 'network', field, networks: [`${text}/16`] }));
  const known = fc.oneof(...trees).map((tree) => checkFilter(tree).filter);
  return known.map((filter): Filter => filter ?? { op: 'exists', field });
}

function inOrder(one: number, other: number): [number, number] {
  return one <= other ? [one, other] : [other, one];
}
