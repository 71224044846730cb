import { afterAll, beforeAll, expect, test } from 'vitest';
import { auditEventRecord as event } from '../../../../event/testing/seed-records.js';
import { asPrincipals, credentialOf } from '../../../testing/as-principals.js';
import { type HttpService, startHttp } from '../../../testing/http-service.js';
import { samplePrincipal } from '../../../testing/principals.js';

const EVENTS = '/api/v1/audit/events';

const principals = {
  audit_reader: samplePrincipal({ subject: 'r', roles: ['audit_reader'], tenant: 'tenant_123' }),
  audit_writer: samplePrincipal({ subject: 'w', roles: ['audit_writer'], tenant: 'tenant_123' }),
  audit_export: samplePrincipal({ subject: 'x', roles: ['audit_export'], tenant: 'tenant_123' }),
  narrow: samplePrincipal({
    kind: 'api-key',
    subject: 'n',
    roles: ['auditor'],
    filter: 'category:data_access',
    tenant: 'tenant_123',
  }),
  audit_admin: samplePrincipal({ subject: 'a', roles: ['audit_admin'], tenant: 'other' }),
};
type Name = keyof typeof principals;

let http: HttpService;

const as = (name: Name) => credentialOf(name);
const post = (url: string, body: unknown) => http.post(url, body, as('audit_writer'));
const idsOf = async (query: string, name: Name = 'audit_reader') =>
  (await http.get(`${EVENTS}?${query}`, as(name))).json().events?.map((one: { audit_id: string }) => one.audit_id);

beforeAll(async () => {
  http = await startHttp({ replace: asPrincipals((name) => principals[name as Name]) });
  for (const id of ['tenant_123', 'other']) await http.post('/api/v1/tenants', { id, plan: 'unlimited' });
  expect((await post(EVENTS, event)).json()).toMatchObject({ audit_id: event.audit_id, duplicate: false });
  const others = [
    { audit_id: 'b', event_type: 'login', user_id: 'user_2', status: 'FAILED', timestamp: '2025-09-03 10:00:00' },
    { audit_id: 'c', action: 'user.login', status: '403', service_name: 'sso', timestamp: '2025-09-04T10:00:00Z' },
    { audit_id: 'd', action: 'sync', status: 'pending', metadata: { level: 3 }, timestamp: '2025-09-05T10:00:00Z' },
  ];
  const answer = await post(`${EVENTS}/batch`, { events: others });
  expect([answer.statusCode, answer.json().results.map((one: { audit_id: string }) => one.audit_id)]).toEqual([
    201,
    ['b', 'c', 'd'],
  ]);
});
afterAll(() => http.close());

test('an event comes back as it was sent, and one that said less with what the server knows', async () => {
  expect((await http.get(`${EVENTS}/${event.audit_id}`, as('audit_reader'))).json()).toEqual(event);
  expect((await http.get(`${EVENTS}/b`, as('audit_reader'))).json()).toEqual({
    ...{ audit_id: 'b', event_type: 'login', user_id: 'user_2', status: 'FAILED', timestamp: '2025-09-03 10:00:00' },
    ...{ tenant_id: 'tenant_123', created_at: expect.any(String), partition_date: '2025-09-03' },
  });
});

test.each([
  ['start_time=2025-09-04T00:00:00Z', ['c', 'd']],
  ['end_time=2025-09-02', [event.audit_id]],
  ['user_id=user_2', ['b']],
  ['event_type=data_access', [event.audit_id]],
  ['resource_type=invoice&resource_id=inv-1', [event.audit_id]],
  ['action=EXPORT', [event.audit_id]],
  ['action=user.login', ['c']],
  ['status=failure', ['b']],
  ['status=FAILED', ['b']],
  ['status=403', ['c']],
  ['status=pending', ['d']],
  ['tenant_id=tenant_123&service_name=sso', ['c']],
  ['correlation_id=c-1', [event.audit_id]],
  ['metadata.department=finance', [event.audit_id]],
  ['metadata.level=3', ['d']],
  ['session_id=s-1', [event.audit_id]],
  ['ip_address=203.0.113.0/24', [event.audit_id]],
])('%s finds %j', async (query, ids) => {
  expect((await idsOf(`${query}&q=-category:audit`)).sort()).toEqual(ids);
});

test('another tenant’s events are for those who may read there', async () => {
  expect(await idsOf('tenant_id=tenant_123&user_id=user_2', 'audit_admin')).toEqual(['b']);
  expect(await idsOf('user_id=user_2', 'audit_admin')).toEqual([]);
  const refused = await http.get(`${EVENTS}?tenant_id=other`, as('audit_reader'));
  const absent = await http.get(`${EVENTS}?tenant_id=absent`, as('audit_reader'));
  for (const answer of [refused, absent]) {
    expect([answer.statusCode, answer.json().permission]).toEqual([403, 'events:read']);
  }
  expect((await http.get(`${EVENTS}?tenant_id=absent`, as('audit_admin'))).json().code).toBe('tenant-unknown');
});

test('a batch has at most 1,000 events, and tells of each what is wrong with its own members', async () => {
  expect((await post(`${EVENTS}/batch`, new Array(1001).fill(event))).json().code).toBe('batch-too-long');
  const answer = await post(`${EVENTS}/batch`, [
    { audit_id: 'x1', action: 'x', timestamp: '2200-01-01T00:00:00Z' },
    { audit_id: 'x2', action: 'x', tenant_id: 'other' },
    { audit_id: 'x3' },
    { ...event, status: 'failure' },
  ]);
  expect([answer.statusCode, answer.json().results]).toMatchObject([
    207,
    [
      { audit_id: 'x1', status: 'refused', problems: [{ pointer: '/timestamp' }] },
      { audit_id: 'x2', status: 'refused', problems: [{ pointer: '/tenant_id', code: 'other-tenant' }] },
      { audit_id: 'x3', status: 'refused', problems: [{ pointer: '' }] },
      { audit_id: event.audit_id, status: 'conflict' },
    ],
  ]);
});

test('an export is for those who may take events away, as JSON and CSV', async () => {
  const json = await http.get(`${EVENTS}/export?user_id=user_1`, as('audit_export'));
  expect(json.json()).toEqual([event]);
  const csv = await http.get(`${EVENTS}/export?format=csv&user_id=user_1`, as('audit_export'));
  expect(csv.body.split('\r\n')[0]).toMatch(/^audit_id,timestamp,event_type,.*,created_at,partition_date,others$/);
  expect(csv.body.split('\r\n')).toHaveLength(3);
  expect((await http.get(`${EVENTS}/export`, as('audit_reader'))).json().permission).toBe('events:export');
});

test('whoever may read some events finds those only, in a page, by an id and in an export', async () => {
  expect(await idsOf('', 'narrow')).toEqual([event.audit_id]);
  expect((await http.get(`${EVENTS}/b`, as('narrow'))).json().code).toBe('event-unknown');
  expect((await http.get(`${EVENTS}/export`, as('narrow'))).json()).toEqual([event]);
  expect((await http.get('/api/audit/user/user_2', as('narrow'))).json()).toEqual({ events: [] });
  expect((await http.get('/api/v1/logs?user_id=user_2', as('narrow'))).json().logs).toEqual([]);
});

test('how it stands with the tenant’s limits is said', async () => {
  await http.post('/api/v1/tenants', { id: 'limited', plan: 'unlimited', limits: { eventsPerDay: 10 } });
  const headers = { 'x-tenant-id': 'limited' };
  const answer = await http.post(`${EVENTS}/batch`, [{ action: 'a' }, { action: 'b' }], headers);
  expect(answer.headers.ratelimit).toMatch(/"events-per-day";r=[78];/);
  const over = await http.post(`${EVENTS}/batch`, new Array(9).fill({ action: 'c' }), headers);
  expect([over.statusCode, over.json().code]).toEqual([429, 'quota-exceeded']);
});
