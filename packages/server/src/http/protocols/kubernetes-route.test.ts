import { afterAll, beforeAll, expect, test } from 'vitest';
import { type HttpService, startHttp } from '../../../testing/http-service.js';

let http: HttpService;

beforeAll(async () => {
  http = await startHttp();
});
afterAll(() => http.close());

const item = (auditID: string, more: object = {}) => ({
  level: 'Metadata',
  auditID,
  stage: 'ResponseComplete',
  requestURI: '/api/v1/namespaces/default/pods',
  verb: 'create',
  user: { username: 'system:serviceaccount:default:builder' },
  objectRef: { resource: 'pods', namespace: 'default', name: 'web' },
  responseStatus: { code: 201 },
  stageTimestamp: '2025-10-06T12:54:12.025979Z',
  ...more,
});
const send = (items: unknown) =>
  http.post('/api/v1/kubernetes/audit', { kind: 'EventList', apiVersion: 'audit.k8s.io/v1', metadata: {}, items });
const eventsOf = async (q: string) =>
  (
    (await http.get(`/api/v1/events?q=${encodeURIComponent(q)}`)).json().events as { event: Record<string, unknown> }[]
  ).map(({ event }) => event);

test('a list is recorded, and a repeat of it adds nothing', async () => {
  expect((await send([item('a'), item('b')])).json()).toMatchObject({ stored: 2, unmapped: 0 });
  const again = await send([item('a'), item('b')]);
  expect([again.statusCode, again.json()]).toMatchObject([200, { stored: 0, duplicates: 2 }]);
  expect((await http.get('/api/v1/events/a:ResponseComplete')).json().event).toMatchObject({ operation: 'create' });
});

test('an empty list is as good', async () => {
  expect((await send([])).statusCode).toBe(200);
  expect((await send(null)).statusCode).toBe(200);
});

test('an item that cannot be recorded is recorded as what it is: the list is not sent for ever', async () => {
  const odd = { kind: 'Event', apiVersion: 'v1', message: 'no audit event' };
  const future = item('c', { stageTimestamp: new Date(Date.now() + 86_400_000).toISOString() });
  const answer = await send([odd, item('d'), future, { ...item('d'), verb: 'delete' }]);
  expect([answer.statusCode, answer.json()]).toMatchObject([200, { stored: 4, unmapped: 3, refused: 0, conflicts: 0 }]);
  const unmapped = await eventsOf('action:kubernetes.unmapped');
  expect(unmapped.map(({ request }) => request)).toEqual(
    expect.arrayContaining([odd, future, { ...item('d'), verb: 'delete' }]),
  );
  expect(unmapped.find(({ request }) => (request as { auditID?: string }).auditID === 'c')).toMatchObject({
    reason: 'time-in-future /time',
    metadata: { unmapped: { dialect: 'kubernetes', problems: [{ code: 'time-in-future', pointer: '/time' }] } },
  });
  expect((await send([odd, item('d'), future])).json()).toMatchObject({ stored: 0, duplicates: 3 });
});

test('what a policy refuses to have is on record without its content', async () => {
  const headers = { 'x-tenant-id': 'strict' };
  const settings = { detection: { actions: { credit_card: 'refuse' } } };
  await http.post('/api/v1/tenants', { id: 'strict', plan: 'unlimited', settings });
  const secret = item('s', { responseStatus: { code: 400, message: 'card 4111 1111 1111 1111' } });
  const answer = await http.post('/api/v1/kubernetes/audit', { items: [secret] }, headers);
  expect(answer.json()).toMatchObject({ stored: 1, unmapped: 1, refused: 0 });
  const page = await http.get('/api/v1/events?q=action:kubernetes.unmapped', headers);
  expect(page.body).not.toContain('4111');
  expect(page.json().events[0].event.metadata.unmapped).toMatchObject({
    bytes: JSON.stringify(secret).length,
    problems: [{ code: 'personal-data' }],
  });
});

test.each([
  ['no JSON', '{', 400],
  ['a list that is too long', { items: Array.from({ length: 10_001 }, () => ({})) }, 413],
])('%s is refused', async (_what, body, status) => {
  expect((await http.post('/api/v1/kubernetes/audit', body)).statusCode).toBe(status);
});
