import { formatSealedItems, type SealedItems, type SubjectKeyRange } from '@attestlog/event';
import fc from 'fast-check';

/** A text of the form of tags and blind indexes, told apart by its number. */
export function sampleTag(number: number): string {
  return `t${number}`.padEnd(22, '_');
}

/** What lies beside an entry of which the values at these pointers are sealed, under a key of a person. */
export function sealedText(tag: string, generation = 1, pointers: readonly string[] = ['/actor/name']): string {
  const blinds = pointers.map((_, place) => `b${place}-${tag}`.slice(0, 22));
  return formatSealedItems([{ f: pointers, s: tag, k: generation, b: blinds, v: 'v'.repeat(60) }]);
}

/** Pointers that look like other parts of an item, or have to be escaped. */
const pointer = fc.oneof(
  fc.constantFrom('/', '/]', '/],', '/"', '/\\', '/\\"', '/"],"s":"', '/],"e":"id-1"}', '/,"b":["', '/\n\u2028\u007f'),
  fc.constantFrom('/{"f":["/x"],"e":"id-1"}', '/\ud800', '/ü/😀', '/actor/name'),
  fc.string({ maxLength: 12, unit: 'binary' }).map((text) => `/${text}`),
);
const tag = fc.nat(4).map(sampleTag);
const generation = fc.constantFrom(1, 2, 3, Number.MAX_SAFE_INTEGER);
const blind = fc.oneof(fc.constant(''), fc.nat(99).map(sampleTag));
const box = fc.stringMatching(/^[A-Za-z0-9_-]{38,90}$/);

const liveItem = fc.array(fc.tuple(pointer, blind), { minLength: 1, maxLength: 4 }).chain((fields) =>
  fc.record({
    f: fc.constant(fields.map(([at]) => at)),
    s: tag,
    k: generation,
    b: fc.constant(fields.map(([, index]) => index)),
    v: box,
  }),
);
const erasedItem = fc.record({
  f: fc.array(pointer, { minLength: 1, maxLength: 4 }),
  e: fc.constantFrom('id-1', 'id-2', 'other'),
});

/** Any sealed items, of five persons, some of them erased. */
export const anyItems: fc.Arbitrary<SealedItems> = fc.array(fc.oneof({ weight: 4, arbitrary: liveItem }, erasedItem), {
  minLength: 1,
  maxLength: 4,
});

/** Keys of some of these persons. */
export const anyKeys: fc.Arbitrary<SubjectKeyRange[]> = fc.array(fc.record({ subject: tag, through: generation }), {
  maxLength: 4,
});
