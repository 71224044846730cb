import { createHash } from 'node:crypto';
import {
  canonicalJson,
  defaultSealing,
  type EventInput,
  fieldsToSeal,
  type OpenedField,
  parseSealedItems,
  replaceValues,
  type SealedItem,
  sealedFieldsOf,
  sealingPlan,
  subjectsOf,
  verifyOpenings,
} from '@attestlog/event';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { eventInput } from '../../../../event/testing/arbitraries.js';
import { madeKeys } from '../../../testing/made-keys.js';
import { seededBytes } from '../../../testing/random-bytes.js';
import type { SealingKeys } from '../keys/subject-keys.js';
import { blindIndex, blindIndexOf } from './blind-index.js';
import type { EventName } from './event-key.js';
import type { FreshText } from './fresh-text.js';
import { openItem } from './open-item.js';
import { sealEvent } from './seal-event.js';
import { SEALED_VALUES_MAX_BYTES } from './seal-fields.js';

const NAME: EventName = { tenant: 'acme', id: 'e1' };
const EVENT: EventInput = {
  action: 'order.approve',
  actor: { id: 'u1', name: 'Jane', email: 'Jane@Company.com', on_behalf_of: { id: 'u2', name: 'Max' } },
  source: { ip: '192.0.2.7', service: 'shop' },
};
const plan = sealingPlan(defaultSealing);
const bytes = seededBytes(5);
const fresh: FreshText = () => Buffer.from(bytes(16)).toString('latin1');
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

function seal<T extends object>(event: T, options: { name?: EventName; generation?: number; fresh?: FreshText } = {}) {
  const fields = fieldsToSeal(event as Record<string, unknown>, plan);
  const keys = madeKeys(subjectsOf(fields), options.generation);
  const sealed = sealEvent(event, options.name ?? NAME, fields, keys, options.fresh ?? fresh);
  if ('problem' in sealed) throw new Error(sealed.problem.message);
  return { ...sealed, keys, items: itemsOf(sealed.sealed) };
}

function itemsOf(text: string | undefined): SealedItem[] {
  return (text === undefined ? [] : parseSealedItems(text)!) as SealedItem[];
}

function open({ items, keys }: { items: SealedItem[]; keys: SealingKeys }, name = NAME): OpenedField[] | undefined {
  const byTag = new Map([...keys.subjects.values()].map((key) => [key.tag, key]));
  const opened = items.map((item) => openItem(item, name, byTag.get(item.s)!));
  return opened.some((fields) => fields === undefined) ? undefined : opened.flatMap((fields) => fields!);
}

describe('a sealed event', () => {
  test('holds nothing of the values, and beside it lies one item for each subject', () => {
    const { event, sealed, items } = seal(EVENT);
    for (const text of [JSON.stringify(event), sealed!]) {
      for (const value of ['Jane', 'jane', 'Max', '192.0.2.7']) expect(text).not.toContain(value);
    }
    expect(items.map(({ f }) => f)).toEqual([
      ['/actor/name', '/actor/email', '/source/ip'],
      ['/actor/on_behalf_of/name'],
    ]);
    expect(event).toMatchObject({ action: 'order.approve', actor: { id: 'u1' }, source: { service: 'shop' } });
    expect(EVENT.actor?.name).toBe('Jane');
  });

  test('opens to what was sealed, and each opening convinces a verifier', () => {
    const sealed = seal(EVENT);
    const openings = open(sealed)!;
    expect(openings.map(({ pointer, value }) => [pointer, value])).toEqual([
      ['/actor/name', 'Jane'],
      ['/actor/email', 'Jane@Company.com'],
      ['/source/ip', '192.0.2.7'],
      ['/actor/on_behalf_of/name', 'Max'],
    ]);
    const verdicts = verifyOpenings(sealed.event, openings, { sha256, isCertified: () => false });
    expect(verdicts.map(({ state }) => state)).toEqual(['verified', 'verified', 'verified', 'verified']);
  });

  test('without anything to seal is the event itself', () => {
    const event = { action: 'order.approve', actor: { id: 'u1' } };
    expect(seal(event)).toMatchObject({ event, sealed: undefined });
  });

  test('opens to the same event again, whatever it is', () => {
    fc.assert(
      fc.property(eventInput, (event) => {
        const fields = fieldsToSeal(event, sealingPlan({ fields: [...defaultSealing.fields, { path: '/request' }] }));
        const keys = madeKeys(subjectsOf(fields));
        const sealed = sealEvent(event, NAME, fields, keys, fresh);
        if ('problem' in sealed) throw new Error('too large');
        const openings = open({ items: itemsOf(sealed.sealed), keys })!;
        expect(sealedFieldsOf(sealed.event)).toHaveLength(fields.length);
        const back = openings.map(({ pointer, value }) => ({
          path: fields.find((f) => f.pointer === pointer)!.path,
          value,
        }));
        expect(canonicalJson(replaceValues(sealed.event, back))).toBe(canonicalJson(event));
        const verdicts = verifyOpenings(sealed.event, openings, { sha256, isCertified: () => false });
        expect(verdicts.every(({ state }) => state === 'verified')).toBe(true);
      }),
    );
  });
});

describe('a repeat', () => {
  test('becomes the same entry, encrypted anew', () => {
    const [first, second] = [seal(EVENT), seal(structuredClone(EVENT))];
    expect(second.event).toEqual(first.event);
    expect(second.items.map(({ b, f, s }) => [b, f, s])).toEqual(first.items.map(({ b, f, s }) => [b, f, s]));
    expect(second.items[0]!.v).not.toBe(first.items[0]!.v);
    expect(open(second)).toEqual(open(first));
  });

  test.each<[string, Parameters<typeof seal>[1]]>([
    ['another id', { name: { tenant: 'acme', id: 'e2' } }],
    ['another tenant', { name: { tenant: 'other', id: 'e1' } }],
    ['another key', { generation: 2 }],
  ])('under %s commits otherwise to the same values', (_, options) => {
    const commitments = (sealed: { event: object }) => sealedFieldsOf(sealed.event).map(({ commitment }) => commitment);
    const [first, other] = [commitments(seal(EVENT)), commitments(seal(EVENT, options))];
    expect(first).toHaveLength(4);
    for (const commitment of other) expect(first).not.toContain(commitment);
  });

  test('with another value has another salt, so that to open one says nothing of the other', () => {
    const other = structuredClone(EVENT);
    other.actor!.name = 'Joan';
    const [first, second] = [open(seal(EVENT))!, open(seal(other))!];
    expect(second[0]!.salt).not.toBe(first[0]!.salt);
    expect(second[1]!.salt).toBe(first[1]!.salt);
  });

  test('the same value at two places has two commitments', () => {
    const { event } = seal({ actor: { id: 'u1', name: 'x', email: 'x' } });
    const [name, email] = sealedFieldsOf(event);
    expect(name?.commitment).not.toBe(email?.commitment);
  });
});

describe('an item', () => {
  const sealed = seal(EVENT);
  const [item] = sealed.items as [SealedItem];
  const key = [...sealed.keys.subjects.values()][0]!;
  const flipped = Buffer.from(item.v, 'base64url').map((byte, at) => (at === 20 ? byte ^ 1 : byte));

  test.each<[string, SealedItem, EventName]>([
    ['of another event', item, { tenant: 'acme', id: 'e2' }],
    ['of another tenant', item, { tenant: 'other', id: 'e1' }],
    ['with its fields in another order', { ...item, f: [...item.f].reverse() }, NAME],
    ['with other fields', { ...item, f: ['/actor/name', '/actor/email', '/source/host'] }, NAME],
    ['with a changed byte', { ...item, v: Buffer.from(flipped).toString('base64url') }, NAME],
    ['with another generation', { ...item, k: 2 }, NAME],
    ['of another subject', { ...item, s: 'A'.repeat(22) }, NAME],
  ])('%s does not open', (_, changed, name) => {
    expect(openItem(changed, name, key)).toBeUndefined();
    expect(openItem({ ...changed, k: key.generation }, name, { ...key, generation: changed.k })).toBeUndefined();
  });

  test('does not open with another key', () => {
    expect(openItem(item, NAME, { ...key, key: new Uint8Array(32) })).toBeUndefined();
    expect(openItem(item, NAME, key)).toHaveLength(3);
  });
});

describe('nonces', () => {
  const nonceOf = ({ items }: { items: SealedItem[] }) =>
    Buffer.from(items[0]!.v, 'base64url').toString('hex').slice(0, 24);
  const named = (name: string) => ({ actor: { id: 'u1', name } });

  test('are never the same twice, also for the same content', () => {
    const nonces = Array.from({ length: 2000 }, (_, i) => nonceOf(seal(named(`Jane ${i % 3}`))));
    expect(new Set(nonces).size).toBe(2000);
  });

  test('differ for different contents even when chance repeats itself', () => {
    const stuck = () => 'x'.repeat(16);
    const nonces = Array.from({ length: 500 }, (_, i) => nonceOf(seal(named(`Jane ${i}`), { fresh: stuck })));
    expect(new Set(nonces).size).toBe(500);
    expect(nonceOf(seal(named('Jane 1'), { fresh: stuck }))).toBe(nonces[1]);
  });
});

describe('the blind index', () => {
  test('is that of the field and the normal form of the value', () => {
    const { items, keys } = seal(EVENT);
    expect(items[0]!.b[1]).toBe(blindIndex(keys.blindKey, '/actor/email', 'jane@company.com'));
    expect(items[0]!.b[0]).toBe(blindIndex(keys.blindKey, '/actor/name', 'Jane'));
    expect(items[0]!.b[1]).toMatch(/^[A-Za-z0-9_-]{22}$/);
  });

  test('is another one for every field, value and tenant’s key', () => {
    const key = new Uint8Array(32).fill(3);
    const all = [
      blindIndex(key, '/a', 'b'),
      blindIndex(key, '/ab', ''),
      blindIndex(key, '/a', 'c'),
      blindIndex(new Uint8Array(32), '/a', 'b'),
    ];
    expect(new Set(all).size).toBe(4);
  });

  test('follows a subject whose values change', () => {
    const key = { tag: 'x'.repeat(22), generation: 1, key: new Uint8Array(32) };
    const blindKey = new Uint8Array(32).fill(3);
    const texts = ['a', 'a', 'b', 'a', 'c'];
    for (const field of Array.from({ length: 12 }, (_, i) => `/metadata/f${i}`)) {
      for (const text of texts) {
        expect(blindIndexOf(key, blindKey, field, text)).toBe(blindIndex(blindKey, field, text));
      }
    }
  });

  test('is left out where the policy says so', () => {
    const fields = fieldsToSeal(EVENT, sealingPlan({ fields: [{ path: '/actor/name', search: false }] }));
    const sealed = sealEvent(EVENT, NAME, fields, madeKeys(['u1']), fresh);
    expect(itemsOf((sealed as { sealed: string }).sealed)[0]?.b).toEqual(['']);
  });
});

describe('bounds', () => {
  const fields = (chars: number) => {
    const event = { actor: { id: 'u1' }, request: 'x'.repeat(chars) };
    return { event, fields: fieldsToSeal(event, sealingPlan({ fields: [{ path: '/request' }] })) };
  };
  const attempt = (chars: number) => {
    const { event, fields: found } = fields(chars);
    return sealEvent(event, NAME, found, madeKeys(['u1']), fresh);
  };

  test('values up to the bound are sealed, and larger ones refused', () => {
    expect(attempt(SEALED_VALUES_MAX_BYTES - 4)).toMatchObject({ sealed: expect.any(String) });
    expect(attempt(SEALED_VALUES_MAX_BYTES - 3)).toMatchObject({ problem: { code: 'payload-too-large' } });
  });

  test('so many places that they would not fit the journal beside an entry are refused', () => {
    const attemptPlaces = (count: number) => {
      const event = { actor: { id: 'u1' }, metadata: { list: Array.from({ length: count }, () => ({ x: 1 })) } };
      const found = fieldsToSeal(event, sealingPlan({ fields: [{ path: '/metadata/list/*/x' }] }));
      return sealEvent(event, NAME, found, madeKeys(['u1']), fresh);
    };
    expect(attemptPlaces(5000)).toMatchObject({ sealed: expect.any(String) });
    expect(attemptPlaces(7000)).toMatchObject({ problem: { code: 'payload-too-large' } });
  });

  test('a subject without a key is a mistake of the caller', () => {
    const { event, fields: found } = fields(1);
    expect(() => sealEvent(event, NAME, found, madeKeys([]), fresh)).toThrow(RangeError);
  });
});
