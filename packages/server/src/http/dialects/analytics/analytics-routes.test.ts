import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { asPrincipals, credentialOf } from '../../../../testing/as-principals.js';
import { type HttpService, startHttp } from '../../../../testing/http-service.js';
import { samplePrincipal } from '../../../../testing/principals.js';

const ANALYTICS = '/api/audit/analytics';
const TENANT = { 'x-tenant-id': 'acme' };

const principals = {
  reader: samplePrincipal({ subject: 'reader', roles: ['audit_reader'] }),
  narrow: samplePrincipal({ kind: 'api-key', subject: 'narrow', roles: ['auditor'], filter: 'category:wms' }),
};

let http: HttpService;
/** Yesterday at three o'clock, UTC. */
const day = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
const time = `${day}T03:00:00Z`;

const as = (name: keyof typeof principals) => ({ ...TENANT, ...credentialOf(name) });
const get = async (report: string, name: keyof typeof principals = 'reader') =>
  (await http.get(`${ANALYTICS}/${report}`, as(name))).json();

beforeAll(async () => {
  http = await startHttp({ replace: asPrincipals((name) => principals[name as keyof typeof principals]) });
  const login = { action: 'user.login', operation: 'login', category: 'authentication', time };
  const events = [
    { ...login, outcome: 'success', actor: { id: 'jane' }, source: { ip: '10.0.0.1' }, session_id: 's1' },
    { ...login, outcome: 'failure', actor: { id: 'jane' }, source: { ip: '192.0.2.1' }, severity: 'error' },
    { ...login, outcome: 'denied', actor: { id: 'max' }, source: { ip: '192.0.2.1' }, severity: 'critical' },
    { action: 'stock.move', category: 'wms', actor: { id: 'jane' }, outcome: 'success', time, session_id: 's1' },
    { action: 'stock.move', category: 'wms', actor: { id: 'max' }, outcome: 'denied', time },
    { action: 'role.assign', operation: 'grant', category: 'wms', actor: { id: 'root' }, outcome: 'success', time },
    { action: 'report.export', operation: 'export', source: { service: 'wms' }, actor: { id: 'root' }, time },
    { action: 'order.delete', operation: 'delete', severity: 'warning', actor: { id: 'root' }, time },
    { action: 'user.login', operation: 'login', actor: { id: 'old' }, time: '2020-01-01T00:00:00Z' },
  ];
  expect((await http.post('/api/v1/events/batch', events, TENANT)).json().stored).toBe(events.length);
});
afterAll(() => http.close());

describe('the reports', () => {
  test('login-patterns', async () => {
    const report = await get('login-patterns?tenant_id=acme&days=30');
    expect(report).toMatchObject({
      ...{ tenant_id: 'acme', time_zone: 'UTC', logins: 3, failed: 2, users: 2 },
      by_hour: [{ hour: 3, logins: 3, failed: 2 }],
      by_day: [{ day, logins: 3, failed: 2 }],
      by_user: [
        { user_id: 'jane', logins: 2, failed: 1 },
        { user_id: 'max', logins: 1, failed: 1 },
      ],
      failed_by_ip_address: [{ ip_address: '192.0.2.1', failed: 2, users: 2 }],
    });
    expect((await get('login-patterns?time_zone=Asia/Tokyo')).by_hour).toEqual([{ hour: 12, logins: 3, failed: 2 }]);
  });

  test('permission-usage', async () => {
    const report = await get('permission-usage?module=wms');
    expect(report.truncated).toBe(false);
    expect(report.changes).toEqual([{ action: 'role.assign', count: 1, last: expect.stringContaining(day) }]);
    expect(report.actions).toEqual([
      { action: 'stock.move', used: 1, denied: 1, users: 2, last_used: expect.stringContaining(day) },
      { action: 'report.export', used: 1, denied: 0, users: 1, last_used: expect.any(String) },
      { action: 'role.assign', used: 1, denied: 0, users: 1, last_used: expect.any(String) },
    ]);
  });

  test('user-behavior', async () => {
    expect(await get('user-behavior?user_id=jane')).toMatchObject({
      ...{ events: 3, users: 1, sessions: 1, by_hour: [{ hour: 3, count: 3 }], by_day: [{ day, count: 3 }] },
      by_action: [
        { action: 'user.login', count: 2 },
        { action: 'stock.move', count: 1 },
      ],
      first_seen: expect.stringContaining(day),
    });
  });

  test('security-trends', async () => {
    const all = await get('security-trends?days=3');
    expect(all.by_day).toHaveLength(4);
    expect(all.by_day.find((one: { day: string }) => one.day === day)).toEqual({
      ...{ day, events: 8, denied: 2, failed_logins: 2, permission_changes: 1, deletions: 1, exports: 1 },
    });
    expect((await get('security-trends?days=3&severity=high')).totals).toMatchObject({
      events: 2,
      failed_logins: 2,
      deletions: 0,
    });
  });

  test('are of what their reader may see', async () => {
    expect(await get('user-behavior?user_id=jane', 'narrow')).toMatchObject({ events: 1, sessions: 1 });
    expect(await get('login-patterns', 'narrow')).toMatchObject({ logins: 0, by_user: [], by_day: [] });
    const stats = (await http.get('/api/audit/stats', as('narrow'))).json().stats;
    expect(stats.total_events).toBe(3);
    expect(stats.storage_bytes).toBeGreaterThan(300);
  });

  test.each([
    'login-patterns?days=0',
    'security-trends?severity=odd',
    'user-behavior?time_zone=Nowhere',
    'user-behavior?user=x',
  ])('%s is refused', async (report) => {
    expect((await get(report)).code).toBe('query-invalid');
  });

  test('of another tenant are for those who may read there', async () => {
    expect((await get('login-patterns?tenant_id=globex')).code).toBe('permission-denied');
  });
});

describe('a unified query', () => {
  const query = async (filters: object, name: keyof typeof principals = 'reader') =>
    (await http.post('/api/v1/audit/query', filters, as(name))).json();
  const actionsOf = async (filters: object) =>
    (await query(filters)).events?.map((one: { action: string }) => one.action).sort();

  test.each([
    [{ module: 'wms', user_id: 'root' }, ['report.export', 'role.assign']],
    [{ severity: 'high', status: ['failure', 'denied'] }, ['user.login', 'user.login']],
    [{ severity: 'critical', ip_address: '192.0.2.0/24', days: 2 }, ['user.login']],
    [{ action: 'order.delete', from: 'last 7 days' }, ['order.delete']],
    [{ q: 'operation:login', to: '2021-01-01' }, ['user.login']],
    [{ tenant_id: 'acme', session_id: 's1', event_type: 'wms' }, ['stock.move']],
  ])('for %j gives %j', async (filters, actions) => {
    expect(await actionsOf(filters)).toEqual(actions);
  });

  test('gives pages, and refuses what it does not know', async () => {
    const first = await query({ days: 2, limit: 2, q: '-category:audit' });
    const second = await query({ days: 2, limit: 2, q: '-category:audit', cursor: first.next });
    expect([...first.events, ...second.events].map(({ audit_id }) => audit_id)).toHaveLength(4);
    expect((await query({ user: 'x' })).code).toBe('query-invalid');
    expect((await query({ tenant_id: 'globex' })).code).toBe('permission-denied');
    expect((await query({ user_id: 'jane', q: '-category:audit' }, 'narrow')).events).toHaveLength(1);
  });
});

test('the statistics of a log are in its own words', async () => {
  await http.post(
    '/api/v1/logs',
    { action: 'UPDATE', resource_type: 'order', user_id: 'u', severity: 'WARNING' },
    TENANT,
  );
  await http.post('/api/v1/logs', { action: 'Odd', resource_type: 'order', user_id: 'u' }, TENANT);
  const stats = (await http.get('/api/v1/logs/stats?q=-category:audit', as('reader'))).json();
  expect(stats).toMatchObject({
    ...{ total: 11, first: '2020-01-01T00:00:00.000000000Z' },
    by_action: { LOGIN: 4, UPDATE: 1, Odd: 1, DELETE: 1, GRANT: 1, EXPORT: 1 },
    by_severity: { ERROR: 1, CRITICAL: 1, WARNING: 2 },
    by_resource_type: { order: 2 },
    by_user: { jane: 3, root: 3, max: 2, u: 2, old: 1 },
  });
  expect((await http.get('/api/v1/logs/stats?user_id=u', as('reader'))).json().total).toBe(2);
});
