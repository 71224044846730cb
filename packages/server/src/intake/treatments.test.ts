import { defaultPolicy, type EventInput } from '@attestlog/event';
import { describe, expect, test } from 'vitest';
import { type Rules, rulesText, Treatments } from './treatments.js';

const everything = { ...defaultPolicy, level: 'all' as const };
const treat = (rules: Rules, event: EventInput) => new Treatments().of(rulesText(rules)!)(event, event.id ?? 'made');

describe('rules', () => {
  test('that do nothing are none', () => {
    expect(rulesText({})).toBeUndefined();
    expect(rulesText({ recording: everything })).toBeUndefined();
    expect(rulesText({ detection: { actions: { email: 'ignore' } } })).toBeUndefined();
    expect(rulesText({ recording: { ...everything, level: 'writes_only' } })).toBeDefined();
  });

  test('of the same text are prepared once', () => {
    const treatments = new Treatments();
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
