import fc from 'fast-check';
import { isPlainObject } from '../src/json-value.js';
import { anyJson, eventInput } from './arbitraries.js';

/** Plain objects with keys that have a meaning elsewhere: of an event, of every object, of the object's own making. */
const trickyObject = (member: fc.Arbitrary<unknown>) =>
  fc.dictionary(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 4 }),
      fc.constantFrom('__proto__', 'constructor', 'toString', 'length', 'id', 'time', 'received_at', 'action', '$blob'),
    ),
    member,
    { maxKeys: 6 },
  );

/** Values of all kinds, most without a JSON form, also inside of others. */
export const oddValue: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom<unknown>(
      undefined,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      -0,
      2 ** 53,
      10n,
      Symbol('s'),
      new Date(0),
    ),
    fc.constantFrom<unknown>(new Map([['a', 1]]), new Uint8Array(2), () => 1, Object(1), new Proxy({ a: 1 }, {})),
    anyJson,
    fc.anything({ withNullPrototype: true, withSparseArray: true, maxDepth: 2, maxKeys: 3 }),
    trickyObject(tie('value')),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.tuple(trickyObject(tie('value')), trickyObject(tie('value'))).map(([own, others]) => inheriting(own, others)),
    trickyObject(tie('value')).map(withHiddenMembers),
  ),
})).value;

/** An object with members of its own and of its prototype. */
function inheriting(own: object, others: object): unknown {
  return Object.create(others, Object.getOwnPropertyDescriptors(own));
}

function withHiddenMembers(object: object): unknown {
  const members = Object.entries(Object.getOwnPropertyDescriptors(object));
  return Object.defineProperties(
    {},
    Object.fromEntries(members.map(([key, member], index) => [key, { ...member, enumerable: index % 2 === 0 }])),
  );
}

/** Events with one or two members somewhere changed, added or taken away: some are valid still. */
export const nearlyValidEvent: fc.Arbitrary<unknown> = fc
  .tuple(eventInput, fc.array(oddMember(), { minLength: 1, maxLength: 2 }))
  .map(([event, members]) => members.reduce<object>((changed, member) => withMember(changed, member, 0), event));

interface OddMember {
  /** Which way to go down, level by level. */
  path: number[];
  /** Its name, where the way does not end at a member. */
  key: string;
  value: unknown;
  how: 'set' | 'hide' | 'delete' | 'inherit' | 'repeat';
}

function oddMember(): fc.Arbitrary<OddMember> {
  return fc.record({
    path: fc.array(fc.nat(1_000), { minLength: 1, maxLength: 6 }),
    key: fc.constantFrom('id', 'time', 'action', 'ip', 'name', 'size', 'file', 'retention_days', '__proto__', 'other'),
    value: fc.oneof(
      oddValue,
      fc.constantFrom('', 'a.b', 'A.b', '::1', '10.0.0.1', 0, 1, 1.5, -1, 36_500, 36_501, [], {}, null),
      fc.nat(2_000).map((units) => 'x'.repeat(units)),
      fc.nat(1_100).map((characters) => '😀'.repeat(characters)),
    ),
    how: fc.constantFrom<OddMember['how'][]>('set', 'set', 'set', 'hide', 'delete', 'inherit', 'repeat'),
  });
}

/** A copy in which the member stands at the end of its path. */
function withMember(original: object, member: OddMember, level: number): object {
  const place = copyOf(original);
  const keys = Object.keys(place);
  const key = keys[(member.path[level] as number) % (keys.length + 1)] ?? member.key;
  const inside: unknown = Object.getOwnPropertyDescriptor(place, key)?.value;
  const isEnd = level + 1 === member.path.length || !(isPlainObject(inside) || Array.isArray(inside));
  return isEnd
    ? put(place, key, member)
    : put(place, key, { how: 'set', value: withMember(inside, member, level + 1) });
}

function copyOf(original: object): object {
  const empty = Array.isArray(original) ? [] : {};
  const copy = Object.defineProperties(empty, Object.getOwnPropertyDescriptors(original));
  return Object.setPrototypeOf(copy, Object.getPrototypeOf(original)) as object;
}

function put(place: object, key: string, { how, value }: Pick<OddMember, 'how' | 'value'>): object {
  if (how === 'delete') Reflect.deleteProperty(place, key);
  else if (how === 'inherit') Reflect.setPrototypeOf(place, { [key]: value });
  else if (how === 'repeat' && Array.isArray(place)) place.length = 70;
  else Reflect.defineProperty(place, key, { value, enumerable: how !== 'hide', configurable: true, writable: true });
  return place;
}
