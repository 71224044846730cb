import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type HttpService, sampleEvent, startHttp } from '../../../testing/http-service.js';

let http: HttpService;

const minute = (number: number) => `2025-10-06T12:${String(number).padStart(2, '0')}:00Z`;
const order = { type: 'order', id: 'o/1' };
const about = (id: string, time: number, more: object) =>
  sampleEvent(id, { time: minute(time), targets: [order], ...more });
const HISTORY = '/api/v1/targets/order/o%2F1/history';

beforeAll(async () => {
  http = await startHttp({ settings: { 'sealed-fields': '/changes/before/customer,/changes/after/customer' } });
  await http.post('/api/v1/events/batch', [
    about('made', 0, { changes: { after: { status: 'open', lines: [1] } }, session_id: 's1' }),
    about('changed', 1, {
      changes: {
        before: { status: 'open', lines: [1], customer: 'Jane' },
        after: { status: 'paid', lines: [1, 2], customer: 'Jo' },
      },
      session_id: 's1',
      correlation_id: 'c1',
      source: { service: 'billing' },
    }),
    about('seen', 2, { actor: { id: 'u2', on_behalf_of: { id: 'u1' } }, session_id: 's1' }),
    about('large', 3, { changes: { before: 'x'.repeat(70_000), after: 'y' } }),
    // The type of one target and the id of another.
    sampleEvent('other', {
      time: minute(4),
      targets: [
        { type: 'order', id: 'o2' },
        { type: 'user', id: 'o/1' },
      ],
    }),
  ]);
});
afterAll(() => http.close());

interface Found {
  event: { id: string };
  changed?: unknown[];
  personal?: { pointer: string; state: string }[];
  offset_ms?: number;
  gap_ms?: number | null;
}

async function found(
  url: string,
): Promise<{ events: Found[]; next: string | null; timeline: Record<string, unknown>; cost: object }> {
  const answer = await http.get(url);
  expect(answer.statusCode, answer.body).toBe(200);
  return answer.json();
}

const ids = (events: readonly Found[]) => events.map(({ event }) => event.id);

describe('the history of a target', () => {
  test('has the events about it, newest first, each with what it changed field by field', async () => {
    const { events, cost } = await found(HISTORY);
    expect(ids(events)).toEqual(['large', 'seen', 'changed', 'made']);
    const [large, seen, changed, made] = events;
    expect(made!.changed).toEqual([{ pointer: '', after: { status: 'open', lines: [1] } }]);
    expect(changed!.changed).toContainEqual({ pointer: '/status', before: 'open', after: 'paid' });
    expect(changed!.changed).toContainEqual({ pointer: '/lines/1', after: 2 });
    expect([seen, large].map((one) => 'changed' in one!)).toEqual([false, false]);
    expect(cost).toMatchObject({ rows_read: expect.any(Number) });
  });

  test('shows no sealed value in what changed, but where it is', async () => {
    const { events } = await found(HISTORY);
    const changed = events.find(({ event }) => event.id === 'changed')!;
    const commitment = { $sealed: expect.stringMatching(/^[0-9a-f]{64}$/) };
    expect(changed.changed).toContainEqual({
      pointer: '/customer',
      before: commitment,
      after: commitment,
      sealed: true,
    });
    expect(changed.personal!.map(({ pointer }) => pointer).sort()).toEqual([
      '/changes/after/customer',
      '/changes/before/customer',
    ]);
  });

  test('comes in pages either way', async () => {
    const first = await found(`${HISTORY}?order=oldest&limit=3`);
    const second = await found(`${HISTORY}?order=oldest&limit=3&cursor=${first.next}`);
    expect(ids([...first.events, ...second.events])).toEqual(['made', 'changed', 'seen', 'large']);
  });
});

describe('a timeline', () => {
  test('of a session has its events oldest first, with offsets that go on over pages', async () => {
    const first = await found('/api/v1/sessions/s1/timeline?limit=2');
    expect(first.events.map(({ event, offset_ms, gap_ms }) => [event.id, offset_ms, gap_ms])).toEqual([
      ['made', 0, null],
      ['changed', 60_000, 60_000],
    ]);
    expect(first.timeline).toMatchObject({ duration_ms: 60_000, services: [{ service: 'billing', events: 1 }] });
    const second = await found(`/api/v1/sessions/s1/timeline?limit=2&cursor=${first.next}`);
    expect(second.events.map(({ event, offset_ms }) => [event.id, offset_ms])).toEqual([['seen', 120_000]]);
    expect(second.timeline).toMatchObject({ actors: [{ id: 'u2', type: null, events: 1 }] });
  });

  test('of a correlation, and of an actor with what was done on their behalf', async () => {
    expect(ids((await found('/api/v1/correlations/c1/timeline')).events)).toEqual(['changed']);
    expect(ids((await found('/api/v1/actors/u1/activity')).events)).toEqual([
      'other',
      'large',
      'seen',
      'changed',
      'made',
    ]);
    expect(ids((await found('/api/v1/actors/u2/activity')).events)).toEqual(['seen']);
    expect((await found('/api/v1/sessions/none/timeline')).events).toEqual([]);
  });
});

test('what is asked wrongly is told', async () => {
  for (const url of ['/api/v1/targets/order//history', `${HISTORY}?limit=0`, '/api/v1/sessions/s1/timeline?order=up']) {
    const answer = await http.get(url);
    expect([url, answer.statusCode >= 400 && answer.statusCode < 500]).toEqual([url, true]);
  }
});
