import { afterAll, beforeAll, expect, test } from 'vitest';
import { type HttpService, startHttp } from '../../../testing/http-service.js';

const TENANT = { 'x-tenant-id': 'acme' };

let http: HttpService;
const clean = async () =>
  (await http.request({ method: 'DELETE', url: '/api/v1/logs/cleanup', headers: TENANT })).json();
const hold = async (body: object) => (await http.post('/api/v1/privacy/holds', body, TENANT)).json().id;

beforeAll(async () => {
  http = await startHttp();
  await http.post(
    '/api/v1/tenants',
    { id: 'acme', plan: 'unlimited', settings: { policy: { retention_days: 30 } } },
    {},
  );
  const day = (ago: number) => new Date(Date.now() - ago * 86_400_000).toISOString();
  const events = [
    { action: 'a.b', time: day(31), actor: { id: 'jane' } },
    { action: 'a.b', time: day(31), actor: { id: 'max' } },
    { action: 'a.b', time: day(29) },
    { action: 'a.b', time: day(31), retention_days: 365 },
    { action: 'a.b', time: day(8), retention_days: 7 },
  ];
  expect((await http.post('/api/v1/events/batch', events, TENANT)).json().stored).toBe(5);
});
afterAll(() => http.close());

test('says what the policy would remove, and removes nothing', async () => {
  expect(await clean()).toEqual({
    ...{ dry_run: true, retention_days: 30, cleanup_enabled: true, would_remove: 3 },
    by_period: [
      { retention_days: 30, older_than: expect.any(String), entries: 2 },
      { retention_days: 7, older_than: expect.any(String), entries: 1 },
    ],
    holds: { whole_tenant: false, persons: 0 },
  });
  expect((await clean()).would_remove).toBe(3);
});

test('counts nothing past a hold', async () => {
  await hold({ subject: 'jane', reason: 'case 1' });
  expect(await clean()).toMatchObject({ would_remove: 2, holds: { whole_tenant: false, persons: 1 } });
  const id = await hold({ reason: 'case 2' });
  expect(await clean()).toMatchObject({ would_remove: 0, by_period: [], holds: { whole_tenant: true, persons: 1 } });
  await http.request({ method: 'DELETE', url: `/api/v1/privacy/holds/${id}`, headers: TENANT });
  expect((await clean()).would_remove).toBe(2);
});

test('takes no other limit than the policy', async () => {
  const answer = await http.request({ method: 'DELETE', url: '/api/v1/logs/cleanup?days=1', headers: TENANT });
  expect(answer.json().code).toBe('query-invalid');
});
