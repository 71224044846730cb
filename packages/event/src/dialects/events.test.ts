import { expect, it } from 'vitest';
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
