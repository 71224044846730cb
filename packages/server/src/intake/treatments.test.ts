import {
  commitmentOf,
  defaultPolicy,
  defaultSealing,
  type EventInput,
  parseSealedItems,
  sealedFieldsOf,
} from '@attestlog/event';
import { describe, expect, test } from 'vitest';
import { madeKeys } from '../../testing/made-keys.js';
import { seededBytes } from '../../testing/random-bytes.js';
import { type Rules, rulesText, type TreatmentContext, Treatments } from './treatments.js';

const everything = { ...defaultPolicy, level: 'all' as const };
const random = seededBytes(3);
const newTreatments = () => new Treatments(() => Buffer.from(random(16)).toString('latin1'));
const treat = (rules: Rules, event: EventInput, { keys, mayChange = false }: Partial<TreatmentContext> = {}) =>
  newTreatments().of(rulesText(rules)!)(event, event.id ?? 'made', { tenant: 'acme', keys, mayChange });

describe('rules', () => {
  test('that do nothing are none', () => {
    expect(rulesText({})).toBeUndefined();
    expect(rulesText({ recording: everything })).toBeUndefined();
    expect(rulesText({ detection: { actions: { email: 'ignore' } } })).toBeUndefined();
    expect(rulesText({ sealing: { fields: [] } })).toBeUndefined();
    expect(rulesText({ sealing: defaultSealing })).toBeDefined();
    expect(rulesText({ recording: { ...everything, level: 'writes_only' } })).toBeDefined();
  });

  test('of the same text are prepared once', () => {
    const treatments = newTreatments();
    const text = rulesText({ recording: defaultPolicy })!;
    expect(treatments.of(text)).toBe(treatments.of(`${text}`));
  });
});

test('an event that the policy does not record is left out, with the reason and what it was', () => {
  const rules = { recording: defaultPolicy };
  expect(treat(rules, { id: 'a', action: 'tool.list', operation: 'read' })).toEqual({
    ok: false,
    leftOut: 'level',
    id: 'a',
    action: 'tool.list',
  });
  expect(treat(rules, { id: 'a', action: 'tool.create', operation: 'create' })).toMatchObject({ ok: true });
});

describe('what is found in texts', () => {
  const event = { id: 'a', action: 'user.note', message: 'call jane@example.com' };

  test('is masked, and the event of the client is not changed', () => {
    const treated = treat({ detection: { actions: { email: 'mask' } } }, event);
    expect(treated).toMatchObject({ ok: true, event: { message: 'call j***@example.com' } });
    expect(event.message).toBe('call jane@example.com');
  });

  test('refuses the event where the policy says so, without repeating it', () => {
    const treated = treat({ detection: { actions: { email: 'refuse' } } }, event);
    expect(treated).toMatchObject({ ok: false, problems: [{ pointer: '/message' }] });
    expect(JSON.stringify(treated)).not.toContain('jane');
  });

  test('of a kind that is not looked for stays', () => {
    expect(treat({ detection: { actions: { jwt: 'refuse' } } }, event)).toEqual({ ok: true, event });
  });

  test('gives the same event for a repeat', () => {
    const rules: Rules = { detection: { actions: { email: 'mask' }, mask_style: 'full' } };
    expect(treat(rules, { ...event })).toEqual(treat(rules, { ...event }));
  });
});

describe('personal fields', () => {
  const rules: Rules = { sealing: defaultSealing };
  const event = (): EventInput => ({
    id: 'a',
    action: 'order.approve',
    actor: { id: 'u1', name: 'Jane', on_behalf_of: { id: 'u2', name: 'Max' } },
  });
  const keys = madeKeys(['u1', 'u2']);

  test('are sealed: commitments in the event, the values beside it', () => {
    const given = event();
    const treated = treat(rules, given, { keys });
    if (!treated.ok) throw new Error('not treated');
    expect(sealedFieldsOf(treated.event).map(({ pointer }) => pointer)).toEqual([
      '/actor/name',
      '/actor/on_behalf_of/name',
    ]);
    expect(parseSealedItems(treated.sealed!)).toHaveLength(2);
    expect(given).toEqual(event());
  });

  test('are put into the event itself where it is nobody else’s, with the same result', () => {
    const given = event();
    const treated = treat(rules, given, { keys, mayChange: true });
    expect(treated).toMatchObject({ ok: true, event: (treat(rules, event(), { keys }) as { event: object }).event });
    expect((treated as { event: object }).event).toBe(given);
  });

  test.each([
    ['of the tenant', undefined],
    ['of one of its subjects', madeKeys(['u1'])],
  ])('without the keys %s are pending, and the event is as it was', (_, known) => {
    const given = event();
    expect(treat(rules, given, { keys: known, mayChange: true })).toEqual({ ok: false, awaits: ['u1', 'u2'], id: 'a' });
    expect(given).toEqual(event());
  });

  test('that an event does not have need no keys', () => {
    const plain = { id: 'a', action: 'order.approve', actor: { id: 'u1' } };
    expect(treat(rules, plain)).toEqual({ ok: true, event: plain });
  });

  test('with a value that cannot be recorded are told with their place', () => {
    const odd = { action: 'a.b', actor: { id: 'u1', name: 'half \ud800' } };
    expect(treat(rules, odd, { keys })).toMatchObject({
      ok: false,
      problems: [{ code: 'lone-surrogate', pointer: '/actor/name' }],
    });
  });

  test('that are too large together refuse the event', () => {
    const large = { action: 'a.b', actor: { id: 'u1' }, request: 'x'.repeat(65_536) };
    expect(treat({ sealing: { fields: [{ path: '/request' }] } }, large, { keys })).toMatchObject({
      ok: false,
      problems: [{ code: 'payload-too-large' }],
    });
  });
});

describe('what detection finds', () => {
  const event = (): EventInput => ({ id: 'a', action: 'a.b', actor: { id: 'u1' }, message: 'to jane@example.com' });
  const keys = madeKeys(['u1']);

  test('is sealed where the policy says so, as a value of the actor', () => {
    const treated = treat({ detection: { actions: { email: 'seal' } } }, event(), { keys });
    if (!treated.ok) throw new Error('not treated');
    expect(commitmentOf(treated.event.message)).toBeDefined();
    expect(parseSealedItems(treated.sealed!)).toMatchObject([{ f: ['/message'], b: [''] }]);
  });

  test('is masked with a keyed hash, another one for each tenant', () => {
    const rules: Rules = { detection: { actions: { email: 'mask' }, mask_style: 'hash' } };
    const masked = (tenant: string) => {
      const treated = treat(rules, event(), { keys: madeKeys([], 1, tenant) });
      return treated.ok && treated.event.message;
    };
    expect(treat(rules, event())).toEqual({ ok: false, awaits: [], id: 'a' });
    expect(masked('acme')).toMatch(/^to \[email:h[0-9a-f]{16}\]$/);
    expect(masked('acme')).toBe(masked('acme'));
    expect(masked('other')).not.toBe(masked('acme'));
    expect(treat(rules, { action: 'a.b', message: 'nothing' })).toMatchObject({ ok: true });
  });
});
