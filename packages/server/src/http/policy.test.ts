import { afterEach, beforeEach, expect, test } from 'vitest';
import { type HttpService, startHttp } from '../../testing/http-service.js';

let service: HttpService;

beforeEach(async () => {
  service = await startHttp();
});

afterEach(() => service.close());

const headers = { 'x-tenant-id': 'acme' };
const idsIn = async (): Promise<string[]> => {
  const { events } = (await service.get('/api/v1/events?limit=100', headers)).json();
  return events.map(({ event }: { event: { id: string } }) => event.id);
};

async function setUp(settings: object): Promise<void> {
  const made = await service.post('/api/v1/tenants', { id: 'acme', plan: 'unlimited', settings });
  expect(made.statusCode).toBe(201);
}

test('what a policy does not record is told as such, counted, and told of in the log', async () => {
  await setUp({ policy: { level: 'writes_only', exclude_actions: ['health_check'] } });
  const read = await service.post('/api/v1/events', { id: 'r', action: 'tool.list', operation: 'read' }, headers);
  expect([read.statusCode, read.json()]).toEqual([200, { id: 'r', left_out: 'level' }]);
  const batch = [
    { id: 'w', action: 'tool.create', operation: 'create' },
    { id: 'h', action: 'system.health_check', operation: 'execute' },
    { id: 'd', action: 'tool.list', operation: 'read', outcome: 'denied' },
  ];
  const answer = (await service.post('/api/v1/events/batch?atomic=true', batch, headers)).json();
  expect(answer).toMatchObject({ stored: 2, left_out: 1, refused: 0 });
  expect(answer.results[1]).toEqual({ status: 'left_out', id: 'h', reason: 'excluded_action' });
  expect((await idsIn()).filter((id) => id.length === 1).sort()).toEqual(['d', 'w']);
});

test('a policy is changed live', async () => {
  await setUp({ policy: { level: 'writes_only' } });
  const event = (id: string) => ({ id, action: 'tool.list', operation: 'read' });
  await service.post('/api/v1/events', event('a'), headers);
  const { headers: found } = await service.get('/api/v1/tenants/acme');
  await service.request({
    method: 'PUT',
    url: '/api/v1/tenants/acme',
    headers: { 'content-type': 'application/json', 'if-match': String(found.etag) },
    payload: JSON.stringify({ plan: 'unlimited', settings: { policy: { level: 'all' } } }),
  });
  await service.post('/api/v1/events', event('b'), headers);
  expect(await idsIn()).toContain('b');
  expect(await idsIn()).not.toContain('a');
});

test('what is found in texts is masked before it is recorded, and a repeat is a repeat', async () => {
  await setUp({ detection: { actions: { email: 'mask', credit_card: 'refuse' } } });
  const event = { id: 'a', action: 'user.note', message: 'call jane@example.com' };
  expect((await service.post('/api/v1/events', event, headers)).statusCode).toBe(201);
  expect((await service.post('/api/v1/events', event, headers)).json()).toMatchObject({ duplicate: true });
  const found = await service.get('/api/v1/events/a', headers);
  expect(found.json().event.message).toBe('call j***@example.com');
  const refused = await service.post(
    '/api/v1/events',
    { id: 'b', action: 'user.note', message: 'card 4111 1111 1111 1111' },
    headers,
  );
  expect(refused.json()).toMatchObject({ code: 'event-invalid', problems: [{ pointer: '/message' }] });
  expect(refused.body).not.toContain('4111');
});

test('the environment sets what holds where a tenant says nothing', async () => {
  await service.close();
  service = await startHttp({ env: { AUDIT_TRAIL_LEVEL: 'deletes_only' } });
  const event = { id: 'a', action: 'tool.create', operation: 'create' };
  expect((await service.post('/api/v1/events', event, headers)).json()).toEqual({ id: 'a', left_out: 'level' });
  await setUp({ policy: { level: 'all' } });
  expect((await service.post('/api/v1/events', event, headers)).statusCode).toBe(201);
});

test('a gap is told of in the log when the server stops', async () => {
  await setUp({ policy: { enabled: false } });
  await service.post('/api/v1/events', { id: 'a', action: 'tool.create' }, headers);
  const { world } = service;
  await service.close();
  service = await startHttp({ world });
  const { events } = (await service.get('/api/v1/events?action=intake.leave_out', headers)).json();
  expect(events).toMatchObject([{ event: { metadata: { total: 1, by_reason: { disabled: 1 }, complete: true } } }]);
});
