import { describe, expect, it } from 'vitest';
import { compileFilter } from './compile-filter.js';
import { parseFilter } from './parse-filter.js';

const entry = {
  id: 'e1',
  time: '2025-10-06T12:54:12.5Z',
  received_at: '2025-10-06T12:54:13.000000000Z',
  action: 'order.approve',
  actor: { id: 'jane', name: 'Jane Dõe', email: { $sealed: 'ab'.repeat(32) } },
  targets: [
    { type: 'order', id: '17' },
    { type: 'invoice', name: 'May' },
  ],
  outcome: 'success',
  category: '',
  source: { ip: '10.1.2.3' },
  message: "Order_17's password: RESET, größe",
  file: { size: 900 },
  changes: { before: { status: 'open' }, after: null },
  request: [
    { sku: 'a', tags: ['x', ['deep']] },
    { sku: 'b', price: 2.5 },
  ],
  metadata: {
    amount: 900,
    text: '900',
    flag: true,
    nothing: null,
    empty: '',
    list: [1, 10],
    nested: { 'a.b': { '': 'here' } },
    due: '2025-10-01T00:00:00+02:00',
    version: '1.10',
    __proto__: 'not reached',
  },
};

const matches = (text: string) => {
  const { filter, problem } = parseFilter(text);
  if (filter === undefined) throw new Error(problem.message);
  return compileFilter(filter)(entry);
};

describe.each<[string, [string, boolean][]]>([
  [
    'texts are exact',
    [
      ['actor:jane', true],
      ['actor:Jane', false],
      ['actor:jan', false],
      ['action:order.*', true],
      ['action:*.app*e', true],
      ['action:*order*order*', false],
      ['action:order.approve*approve', false],
      ['id:E1', false],
    ],
  ],
  [
    'texts for people are compared without the case of A to Z',
    [
      ['actor.name:"jane dõe"', true],
      ['actor.name:"jane dÕe"', false],
      ['actor.name:JANE*', true],
      ['target.name:MAY', true],
    ],
  ],
  [
    'one target that fits is enough',
    [
      ['target.type:invoice', true],
      ['target.type:order target.name:may', true],
      ['-target.type:order', false],
      ['target.type:(x,invoice)', true],
    ],
  ],
  [
    'what is absent fits nothing, and its negation',
    [
      ['reason:x', false],
      ['-reason:x', true],
      ['reason:*', false],
      ['-reason:*', true],
      ['category:*', false],
      ['metadata.absent:*', false],
      ['metadata.nothing:*', false],
      ['metadata.empty:*', false],
      ['changes.after:*', false],
      ['file.size:>0', true],
      ['file.lines_added:>-1', false],
      ['-file.lines_added:>-1', true],
      ['metadata:*', true],
      ['message:*', true],
      ['time:*', true],
    ],
  ],
  [
    'a number is found by its text, and by ranges',
    [
      ['metadata.amount:900', true],
      ['metadata.amount:900.0', false],
      ['metadata.amount:900..900', true],
      ['metadata.amount:>900', false],
      ['metadata.amount:>=900', true],
      ['metadata.text:900', true],
      ['metadata.text:>=900', false],
      ['metadata.version:1.10', true],
      ['metadata.version:1.1', false],
      ['metadata.flag:true', true],
      ['metadata.list:10', true],
      ['metadata.list:>5', true],
      ['metadata.list:2..9', false],
      ['metadata.list:>=1 metadata.list:<1', false],
      ['file.size:9e2', true],
    ],
  ],
  [
    'a path leads through arrays',
    [
      ['request.sku:b', true],
      ['request.tags:x', true],
      ['request.tags:deep', false],
      ['request.price:>2', true],
      ['request:a', false],
      ['metadata.nested."a.b"."":here', true],
      ['metadata.nested.a.b:here', false],
      ['metadata.list.length:2', false],
      ['metadata.constructor:*', false],
      ['changes.before.status:open', true],
    ],
  ],
  [
    'an object has a value, and no text',
    [
      ['metadata.nested:*', true],
      ['metadata.nested:*a*', false],
    ],
  ],
  [
    'times are compared to the nanosecond',
    [
      ['time:2025-10-06', true],
      ['time:2025-10-06T12:54:12', true],
      ['time:>2025-10-06T12:54:12.499999999Z', true],
      ['time:>2025-10-06T12:54:12.5', false],
      ['time:<2025-10-06', false],
      ['time:<=2025-10-06', true],
      ['received:2025-10-06T12:54:13', true],
      ['metadata.due:<2025-10-01', true],
      ['metadata.due:2025-09-30..2025-09-30', true],
      ['metadata.due:2025-10-01T00:00:00+02:00', true],
      ['metadata.text:>2025-01-01', false],
    ],
  ],
  [
    'addresses lie in networks',
    [
      ['ip:10.0.0.0/8', true],
      ['ip:10.1.2.3', true],
      ['ip:::ffff:10.1.2.3', true],
      ['ip:(11.0.0.0/8,10.1.0.0/16)', true],
      ['ip:10.1.2.4', false],
      ['ip:10.1.*', true],
    ],
  ],
  [
    'words are whole, in any case of A to Z',
    [
      ['password', true],
      ['reset', true],
      ['"password reset"', true],
      ['"reset password"', false],
      ['pass', false],
      ['pass*', true],
      ['"17 s pass"*', true],
      ['order_17', true],
      ['GRÖSSE', false],
      ['größe', true],
      ['message:"PASSWORD, reset!"', true],
      ['message.text:*"s password: r"*', true],
      ['-password', false],
    ],
  ],
  [
    'words anywhere are those of texts and numbers, and no keys',
    [
      ['any:jane', true],
      ['any:"2 5"', true],
      ['any:here', true],
      ['any:sku', false],
      ['any:900', true],
      ['any:true', false],
      ['any:"jane May"', false],
    ],
  ],
  [
    'a sealed value has nothing to look into',
    [
      ['actor.email:*', true],
      ['actor.email:*a*', false],
      ['actor.email:*"$sealed"*', false],
    ],
  ],
  [
    'connections mean what they say',
    [
      ['*', true],
      ['-*', false],
      ['actor:jane OR actor:x', true],
      ['actor:jane actor:x', false],
      ['-(actor:x OR actor:y)', true],
      ['actor:x password OR id:e1', true],
    ],
  ],
])('%s', (_law, examples) => {
  it.each(examples)('%s: %s', (text, expected) => {
    expect(matches(text)).toBe(expected);
  });
});

it('no filter is compiled for a field that there is not', () => {
  expect(() => compileFilter({ op: 'exists', field: 'nothing' })).toThrow(RangeError);
});

it('what is no entry fits nothing', () => {
  for (const value of [null, undefined, 5, 'x', [], [entry], Object.create(entry)]) {
    expect(compileFilter({ op: 'exists', field: 'actor.id' })(value)).toBe(false);
    expect(compileFilter({ op: 'is', field: 'id', values: ['e1'] })(value)).toBe(false);
  }
});

describe('what is sealed is told from what is not', () => {
  const sealed = { $sealed: 'ab'.repeat(32) };
  const event = {
    actor: { name: 'Jane', email: sealed },
    targets: [{ name: 'ACME' }, { name: sealed }],
    metadata: {
      a: sealed,
      b: [{ c: 'x' }, sealed],

      text: '{"$sealed":"x"}',
      d: { $set: 1 },
    },
    request: sealed,
  };
  it.each([
    ['actor.email', true],
    ['actor.name', false],
    ['source.ip', false],
    ['targets.name', true],
    ['targets.id', false],
    ['metadata.a', true],
    ['metadata.a.inside', true],
    ['metadata.b', true],
    // One of the items is sealed, so what is in it cannot be seen.
    ['metadata.b.c', true],
    ['metadata', false],
    ['metadata.text', false],
    ['metadata.d', false],
    ['request.body.x', true],
    ['response', false],
  ])('%s: %s', (field, expected) => {
    expect(compileFilter({ op: 'concealed', field })(event)).toBe(expected);
  });

  it('of any field, by what lies beside the entry', () => {
    const fits = compileFilter({ op: 'concealed', field: 'any' });
    expect([fits(event, '[]'), fits(event, undefined), fits({}, '[{"f":["/a"],"e":"e1"}]')]).toEqual([
      true,
      false,
      true,
    ]);
  });
});
