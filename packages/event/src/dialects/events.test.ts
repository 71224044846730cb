import { describe, expect, it } from 'vitest';
import type { StoredEvent } from '../schema.js';
import { eventsDialect } from './events.js';

it('is the identity', () => {
  const event: StoredEvent = {
    id: 'e',
    time: '2025-01-01T00:00:00Z',
    received_at: '2025-01-01T00:00:00Z',
    action: 'a.b',
  };
  expect(eventsDialect.toEvent(event)).toEqual({ ok: true, event });
  expect(eventsDialect.fromEvent(event)).toBe(event);
  expect(eventsDialect.toEvent('x')).toMatchObject({ ok: false, problems: [{ code: 'foreign-record' }] });
});

it('unwraps batches', () => {
  expect(eventsDialect.recordsOf([1, 2])).toEqual([1, 2]);
  expect(eventsDialect.recordsOf({ events: [1] })).toEqual([1]);
  expect(eventsDialect.recordsOf({ action: 'a.b' })).toEqual([{ action: 'a.b' }]);
});

describe('a line of an export', () => {
  const commitment = 'a'.repeat(64);
  const event = {
    action: 'a.b',
    id: 'e',
    time: '2025-01-01T00:00:00Z',
    received_at: '2025-01-01T00:00:01Z',
    actor: { id: 'jane', name: { $sealed: commitment } },
  };
  const line = { index: 3, position: 4096, event };

  it('is its event as it was sent, with the sealed values that it has', () => {
    const personal = [{ pointer: '/actor/name', state: 'open', value: 'Jane' }];
    const { received_at: _, ...sent } = event;
    expect(eventsDialect.toEvent({ ...line, personal })).toEqual({
      ok: true,
      event: { ...sent, actor: { id: 'jane', name: 'Jane' } },
    });
    expect(event.actor.name).toEqual({ $sealed: commitment });
  });

  it.each([
    ['masked', [{ pointer: '/actor/name', state: 'masked', value: 'J***' }]],
    ['left out', undefined],
  ])('is refused where a sealed value is %s: it would be recorded as something else', (_how, personal) => {
    expect(eventsDialect.toEvent({ ...line, ...(personal && { personal }) })).toMatchObject({
      ok: false,
      problems: [{ code: 'reserved-shape', pointer: '/actor/name' }],
    });
  });
});
