import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { eventInput } from '../../testing/arbitraries.js';
import { canonicalJson } from '../canonical-json.js';
import { fieldsToSeal, subjectsOf } from './fields-to-seal.js';
import { putValues, replaceValues } from './replace-values.js';
import { sealedFieldsOf, sealedValue } from './sealed-value.js';
import { sealingPlan } from './sealing-plan.js';
import { defaultSealing, type SealingPolicy } from './sealing-policy.js';

const standard = sealingPlan(defaultSealing);
const brief = (event: Record<string, unknown>, policy: SealingPolicy = defaultSealing, further: string[] = []) =>
  fieldsToSeal(event, sealingPlan(policy), further).map(({ pointer, subject, search }) => [
    pointer,
    subject,
    search?.text,
  ]);

describe('the fields to seal', () => {
  test('are those of the policy that the event has, each with its subject', () => {
    const event = {
      action: 'order.approve',
      actor: { id: 'u1', name: 'Jane', email: 'Jane@X.com', on_behalf_of: { email: 'Max@X.com', name: 'Max' } },
      source: { ip: '2001:DB8::1' },
    };
    expect(brief(event)).toEqual([
      ['/actor/name', 'u1', 'Jane'],
      ['/actor/email', 'u1', 'jane@x.com'],
      ['/source/ip', 'u1', '2001:db8::1'],
      ['/actor/on_behalf_of/name', 'max@x.com', 'Max'],
      ['/actor/on_behalf_of/email', 'max@x.com', 'max@x.com'],
    ]);
    expect(subjectsOf(fieldsToSeal(event, standard))).toEqual(['u1', 'max@x.com']);
  });

  test('without anybody who acted belong to whom they name themselves', () => {
    expect(brief({ source: { ip: '::ffff:192.0.2.1' } })).toEqual([['/source/ip', '192.0.2.1', '192.0.2.1']]);
  });

  test('are found in every item of a list, each with the subject beside it', () => {
    const policy = { fields: [{ path: '/targets/*/name', subject: '/targets/*/id' }] };
    const targets = [{ id: 'p1', name: 'Ann' }, { id: 'p2' }, { name: 'Bo' }, { id: '', name: 'Cy' }];
    expect(brief({ actor: { id: 'u1' }, targets }, policy)).toEqual([
      ['/targets/0/name', 'p1', 'Ann'],
      ['/targets/2/name', 'u1', 'Bo'],
      ['/targets/3/name', 'u1', 'Cy'],
    ]);
  });

  test('may name their subject by a number, or by an address in its normal form', () => {
    const policy = {
      fields: [
        { path: '/metadata/phone', subject: '/metadata/customer' },
        { path: '/metadata/iban', subject: '/metadata/email' },
      ],
    };
    const metadata = { phone: '1', iban: '2', customer: 42, email: 'A@B.c' };
    expect(brief({ actor: { id: 'u1' }, metadata }, policy).map(([, subject]) => subject)).toEqual(['42', 'a@b.c']);
  });

  test('may be of any type; objects cannot be searched for, and null is not sealed', () => {
    const policy = { fields: ['a', 'b', 'c', 'd', 'e'].map((name) => ({ path: `/metadata/${name}` })) };
    const metadata = { a: 1.5, b: true, c: { x: 1 }, d: null, e: [1] };
    expect(brief({ actor: { id: 'u1' }, metadata }, policy)).toEqual([
      ['/metadata/a', 'u1', '1.5'],
      ['/metadata/b', 'u1', 'true'],
      ['/metadata/c', 'u1', undefined],
      ['/metadata/e', 'u1', undefined],
    ]);
  });

  test('that lie within another one are not named again, nor is one of two names for the same', () => {
    const policy = { fields: [{ path: '/metadata/a/b' }, { path: '/metadata/a' }, { path: '/metadata/ab' }] };
    const further = ['/metadata/a/c', '/metadata/ab', '/message', '/metadata/no', 'nonsense', '', '/metadata/l/01'];
    const event = { actor: { id: 'u1' }, message: 'm', metadata: { a: { b: 1, c: 2 }, ab: 3, l: [1, 2] } };
    expect(brief(event, policy, further).map(([pointer]) => pointer)).toEqual([
      '/metadata/a',
      '/metadata/ab',
      '/message',
    ]);
  });

  test('at further places are not searched for, and a star there is a key like any other', () => {
    const event = { actor: { id: 'u1' }, metadata: { '*': 'x', list: ['a', 'b'] } };
    expect(brief(event, { fields: [] }, ['/metadata/*', '/metadata/list/1'])).toEqual([
      ['/metadata/*', 'u1', undefined],
      ['/metadata/list/1', 'u1', undefined],
    ]);
  });

  test('are no members that only look as if they were there', () => {
    const policy = { fields: [{ path: '/metadata/constructor' }, { path: '/metadata/__proto__/x' }] };
    expect(brief({ metadata: {} }, policy)).toEqual([]);
    expect(brief({ metadata: JSON.parse('{"__proto__":{"x":"y"}}') }, policy)).toEqual([
      ['/metadata/__proto__/x', 'y', 'y'],
    ]);
  });
});

describe('replacing values', () => {
  test('leaves the event as it was, and shares what lies elsewhere', () => {
    const event = {
      actor: { name: 'Jane', email: 'j@x' },
      targets: [{ name: 'a' }, { name: 'b' }],
      request: { big: 1 },
    };
    const before = structuredClone(event);
    const changed = replaceValues(event, [
      { path: ['actor', 'name'], value: 1 },
      { path: ['actor', 'email'], value: 2 },
      { path: ['targets', '1', 'name'], value: 3 },
    ]);
    expect(changed).toEqual({
      actor: { name: 1, email: 2 },
      targets: [{ name: 'a' }, { name: 3 }],
      request: { big: 1 },
    });
    expect(event).toEqual(before);
    expect(changed.request).toBe(event.request);
    expect(changed.targets[0]).toBe(event.targets[0]);
  });

  test.each([[['no', 'name']], [['actor', 'no']], [[]], [['actor', 'name', 'x']], [['constructor']]])(
    'where a path leads nowhere is an error: %j',
    (path) => {
      expect(() => replaceValues({ actor: { name: 'Jane' } }, [{ path, value: 1 }])).toThrow(RangeError);
      expect(() => putValues({ actor: { name: 'Jane' } }, [{ path, value: 1 }])).toThrow(RangeError);
    },
  );

  test('and putting them back gives the same event, for every event and policy', () => {
    const paths = ['/actor/name', '/source/ip', '/request', '/response', '/changes/before', '/metadata/a', '/message'];
    const policies = fc
      .uniqueArray(fc.constantFrom(...paths))
      .map((list) => ({ fields: list.map((path) => ({ path })) }));
    fc.assert(
      fc.property(eventInput, policies, (event, policy) => {
        const fields = fieldsToSeal(event, sealingPlan(policy), ['/metadata/b']);
        const original = canonicalJson(event);
        const seals = fields.map(({ path }, i) => ({ path, value: sealedValue(String(i).padStart(64, '0')) }));
        const sealed = replaceValues(event, seals);
        const found = sealedFieldsOf(sealed).map(({ pointer }) => pointer);
        expect(found.sort()).toEqual(fields.map(({ pointer }) => pointer).sort());
        expect(canonicalJson(replaceValues(sealed, fields))).toBe(original);
        expect(canonicalJson(event)).toBe(original);
        const own = structuredClone(event);
        putValues(own, seals);
        expect(canonicalJson(own)).toBe(canonicalJson(sealed));
      }),
    );
  });
});
