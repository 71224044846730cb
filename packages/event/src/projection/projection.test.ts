import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyCondition } from '../../testing/filter-arbitraries.js';
import { sealEntry, searchedEvent } from '../../testing/searched-events.js';
import { compileFilter } from '../filter/compile-filter.js';
import { filterFields } from '../filter/fields.js';
import { sealedFieldsOf } from '../sealed/sealed-value.js';
import { readProjection, splitFieldList } from './field-list.js';
import { isPointedAt } from './projection.js';

const SEALED = { $sealed: 'ab'.repeat(32) };
const BLOB = { $blob: { sha256: 'cd'.repeat(32), bytes: 70_000, media_type: 'application/json' } };
const event = {
  id: 'e1',
  action: 'order.approve',
  actor: { id: 'jane', name: SEALED, on_behalf_of: { id: 'joe', type: 'user' } },
  targets: [{ type: 'order', id: '4711' }, { name: 'no id' }, { id: 'acme' }],
  source: { ip: '10.0.0.1', service: 'billing' },
  message: 'sent',
  request: BLOB,
  metadata: { items: [{ sku: 'a1', n: 1 }, 7, [{ sku: 'deep' }], { n: 2 }], 'a,b': { 'c."d': true }, card: SEALED },
};

function shown(text: string): unknown {
  const { projection, problem } = readProjection(splitFieldList(text));
  if (problem !== undefined) throw new Error(problem.message);
  return projection.of(event);
}

describe('a projection', () => {
  it.each<[string, unknown]>([
    ['id,action', { id: 'e1', action: 'order.approve' }],
    ['id, id', { id: 'e1' }],
    ['actor', { actor: event.actor }],
    ['actor.id', { actor: { id: 'jane' } }],
    ['actor.id,actor', { actor: event.actor }],
    ['on_behalf_of', { actor: { on_behalf_of: { id: 'joe' } } }],
    ['actor.on_behalf_of', { actor: { on_behalf_of: { id: 'joe', type: 'user' } } }],
    ['ip,service', { source: event.source }],
    ['message.text', { message: 'sent' }],
    ['actor.name', { actor: { name: SEALED } }],
    ['target', { targets: [{ id: '4711' }, {}, { id: 'acme' }] }],
    ['targets.type,targets.name', { targets: [{ type: 'order' }, { name: 'no id' }, {}] }],
    ['metadata.items.sku', { metadata: { items: [{ sku: 'a1' }, {}, {}, {}] } }],
    ['metadata."a,b"."c.\\"d"', { metadata: { 'a,b': { 'c."d': true } } }],
    ['metadata.card.number', { metadata: { card: SEALED } }],
    ['request.body.total', { request: BLOB }],
    ['reason,metadata.none', {}],
  ])('of %s', (text, expected) => {
    expect(shown(text)).toEqual(expected);
  });

  it('has a name for every field that can be searched', () => {
    for (const { name, aliases, type } of filterFields) {
      for (const notation of [name, ...aliases]) {
        expect([notation, readProjection([notation]).problem?.code]).toEqual([
          notation,
          type === 'entry' ? 'unknown-field' : undefined,
        ]);
      }
    }
  });

  it('to the field of a condition leaves what the condition asks', () => {
    fc.assert(
      fc.property(searchedEvent, anyCondition, (sent, condition) => {
        fc.pre('field' in condition && condition.field !== 'any');
        const entry = sealEntry(sent);
        const { projection } = readProjection([condition.field as string]);
        const fits = compileFilter(condition);
        expect(fits(projection!.of(entry), undefined)).toBe(fits(entry, undefined));
      }),
      { numRuns: 500 },
    );
  });

  it('keeps pointers: what they lead to is the same, or is not there', () => {
    const names = fc.subarray(
      filterFields.filter(({ type }) => type !== 'entry').map(({ name }) => name),
      { minLength: 1, maxLength: 4 },
    );
    fc.assert(
      fc.property(searchedEvent, names, (sent, fields) => {
        const entry = sealEntry(sent);
        const some = readProjection(fields).projection!.of(entry);
        const kept = sealedFieldsOf(entry).filter(({ pointer }) => isPointedAt(some, pointer));
        expect(kept).toEqual(sealedFieldsOf(some));
      }),
      { numRuns: 500 },
    );
  });

  it('does not touch the prototype of what it makes', () => {
    const odd = JSON.parse('{"metadata":{"__proto__":{"x":1}}}') as object;
    const some = readProjection(['metadata.__proto__.x']).projection!.of(odd);
    expect(JSON.stringify(some)).toBe(JSON.stringify(odd));
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });
});

describe('pointers into a payload that lies elsewhere', () => {
  it('lead to the reference', () => {
    expect(isPointedAt({ request: BLOB }, '/request/name')).toBe(true);
    expect(isPointedAt({ request: {} }, '/request/name')).toBe(false);
    expect(isPointedAt({ id: 'x' }, '/request/name')).toBe(false);
  });
});

describe('a list that is none', () => {
  it.each([
    ['acter', 'unknown-field', 'actor', 0],
    ['id,actor.nmae', 'unknown-field', 'actor.name', 1],
    ['metdata.amount', 'unknown-field', 'metadata.amount', 0],
    ['any', 'unknown-field', undefined, 0],
    ['id,,action', 'missing-value', undefined, 1],
    ['', 'missing-value', undefined, 0],
    ['metadata."open', 'unknown-field', undefined, 0],
    ['id action', 'unknown-field', 'action', 0],
    [Array(65).fill('id').join(','), 'too-many-items', undefined, undefined],
    [`metadata.${'k.'.repeat(20)}k`, 'too-deep', undefined, 0],
  ])('%s', (text, code, suggestion, place) => {
    const { problem } = readProjection(splitFieldList(text));
    expect([problem?.code, problem?.suggestion, problem?.place]).toEqual([code, suggestion, place]);
  });

  it('is told whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const { projection, problem } = readProjection(splitFieldList(text));
        expect((projection === undefined) !== (problem === undefined)).toBe(true);
      }),
    );
    expect(readProjection([]).problem?.code).toBe('missing-value');
  });
});
