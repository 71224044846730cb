import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type HttpService, sampleEvent, startHttp } from '../../../testing/http-service.js';

let service: HttpService;

beforeEach(async () => {
  service = await startHttp({ settings: { 'plan-free': 'events-per-day=10,events-per-second=1000,request=2KiB' } });
});

afterEach(() => service.close());

const create = (body: unknown) => service.post('/api/v1/tenants', body);
const to = (tenant: string) => ({ 'x-tenant-id': tenant });
const put = (id: string, body: unknown, headers: Record<string, string>) =>
  service.request({
    method: 'PUT',
    url: `/api/v1/tenants/${id}`,
    headers: { 'content-type': 'application/json', ...headers },
    payload: JSON.stringify(body),
  });
const remove = (id: string, confirm = '') =>
  service.request({ method: 'DELETE', url: `/api/v1/tenants/${id}${confirm && `?confirm=${confirm}`}` });

/** Events of the server's own in a tenant's log, newest first. */
async function trailOf(tenant: string): Promise<{ action: string; targets?: { id: string }[]; metadata: object }[]> {
  const { events } = (await service.get('/api/v1/events?limit=100', to(tenant))).json();
  return events
    .map(({ event }: { event: { id: string } }) => event)
    .filter(({ id }: { id: string }) => id.startsWith('attestlog:'));
}

describe('a tenant', () => {
  test('is created with an id of its organization, or with the one that is given, and stands in its own log', async () => {
    const made = await create({ organization: 'Acme Corp', plan: 'free', owner: 'u1' });
    expect(made.statusCode).toBe(201);
    const { id } = made.json();
    expect(id).toMatch(/^tenant-acme-corp-[0-9a-f]{12}$/);
    expect(made.headers).toMatchObject({ location: `/api/v1/tenants/${id}`, etag: expect.stringMatching(/^"\d+"$/) });
    expect(made.json()).toMatchObject({ plan: 'free', status: 'active', effective_limits: { eventsPerDay: 10 } });
    expect((await create({ id: 'given' })).json().id).toBe('given');
    expect((await create({ id: 'given' })).json().code).toBe('tenant-exists');
    expect((await trailOf(id)).map(({ action }) => action)).toContain('tenant.create');
  });

  test.each([
    { id: 'Bad Id' },
    { id: 'system' },
    { plan: 'gold' },
    { created_at: '2020-01-01T00:00:00Z' },
    { settings: { addressAllowList: ['10.0.0.1/8'] } },
    { limits: { eventsPerDay: -1 } },
    { status: 'deleted' },
  ])('cannot be %j', async (body) => {
    const refused = await create(body);
    expect(refused.json()).toMatchObject({ status: 422, code: 'tenant-input-invalid' });
  });

  test('is changed by whoever has seen it as it is', async () => {
    const made = await create({ id: 'acme', plan: 'free' });
    const etag = String(made.headers.etag);
    expect((await put('acme', { plan: 'pro' }, {})).json().code).toBe('revision-missing');
    const changed = await put('acme', { plan: 'pro', name: 'Acme' }, { 'if-match': etag });
    expect(changed.json()).toMatchObject({ plan: 'pro', name: 'Acme', created_at: made.json().created_at });
    const lost = await put('acme', { plan: 'enterprise' }, { 'if-match': etag });
    expect([lost.statusCode, lost.json().code]).toEqual([412, 'revision-lost']);
    expect((await service.get('/api/v1/tenants/acme')).json().plan).toBe('pro');
    expect((await service.get('/api/v1/tenants/none')).statusCode).toBe(404);
  });

  test('that is suspended is read, and records nothing new but the trail', async () => {
    const made = await create({ id: 'acme' });
    await service.post('/api/v1/events', sampleEvent('a'), to('acme'));
    await put('acme', { status: 'suspended' }, { 'if-match': String(made.headers.etag) });
    const refused = await service.post('/api/v1/events', sampleEvent('b'), to('acme'));
    expect([refused.statusCode, refused.json().code]).toEqual([403, 'tenant-suspended']);
    expect((await service.get('/api/v1/events/a', to('acme'))).statusCode).toBe(200);
    expect((await trailOf('acme')).map(({ action }) => action)).toContain('tenant.update');
  });

  test('is listed, a page at a time', async () => {
    for (const id of ['t-a', 't-b', 't-c']) await create({ id });
    const first = (await service.get('/api/v1/tenants?limit=2&after=t')).json();
    expect(first.tenants.map(({ id }: { id: string }) => id)).toEqual(['t-a', 't-b']);
    const rest = (await service.get(`/api/v1/tenants?after=${first.next}`)).json();
    expect(rest).toMatchObject({ tenants: [{ id: 't-c' }], next: null });
  });
});

describe('limits', () => {
  test('are said with each write, and what goes beyond is refused with the limit and when it ends', async () => {
    await create({ id: 'acme', plan: 'free' });
    const ok = await service.post('/api/v1/events', sampleEvent('a'), to('acme'));
    expect(ok.statusCode).toBe(201);
    expect(ok.headers['ratelimit-policy']).toBe('"events-per-second";q=10000;w=10, "events-per-day";q=10;w=86400');
    expect(ok.headers.ratelimit).toMatch(/"events-per-day";r=\d;t=\d+$/);
    const left = Number(/events-per-day";r=(\d+)/.exec(String(ok.headers.ratelimit))![1]);
    const batch = Array.from({ length: left + 1 }, (_, i) => ({ id: `b${i}`, action: 'order.approve' }));
    const refused = await service.post('/api/v1/events/batch', batch, to('acme'));
    expect(refused.json()).toMatchObject({ status: 429, code: 'quota-exceeded', limit: 'eventsPerDay', max: 10 });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    const fits = await service.post('/api/v1/events/batch', batch.slice(1), to('acme'));
    expect(fits.json()).toMatchObject({ stored: left });
    const again = await service.post('/api/v1/events', sampleEvent('z'), to('acme'));
    expect(again.statusCode).toBe(429);
    expect((await trailOf('acme')).filter(({ action }) => action === 'quota.warn')).toHaveLength(2);
  });

  test('on the rate refuse the next large batch before it is read', async () => {
    await create({ id: 'acme', plan: 'unlimited', limits: { eventsPerSecond: 1 } });
    const batch = (name: string) =>
      Array.from({ length: 600 }, (_, i) => ({ id: `${name}${i}`, action: 'order.approve' }));
    expect((await service.post('/api/v1/events/batch', batch('a'), to('acme'))).json()).toMatchObject({ stored: 600 });
    expect((await service.post('/api/v1/events/batch', batch('b'), to('acme'))).statusCode).toBe(429);
    const unreadable = 'x'.repeat(JSON.stringify(batch('b')).length);
    expect((await service.post('/api/v1/events/batch', unreadable, to('acme'))).statusCode).toBe(429);
    expect((await service.post('/api/v1/events/batch', unreadable.slice(1), to('acme'))).statusCode).toBe(400);
    expect((await service.post('/api/v1/events', sampleEvent('one'), to('acme'))).statusCode).toBe(201);
  });

  test('on the size of a request are told as such', async () => {
    await create({ id: 'acme', plan: 'free' });
    const batch = [sampleEvent('a', { message: 'x'.repeat(3000) })];
    const refused = await service.post('/api/v1/events/batch', batch, to('acme'));
    expect(refused.json()).toMatchObject({ status: 413, code: 'body-too-large', max: 2048 });
  });

  test('do not hold for tenants that came into being with their first event', async () => {
    const ok = await service.post('/api/v1/events', sampleEvent('a'), to('fresh'));
    expect(ok.statusCode).toBe(201);
    expect(ok.headers.ratelimit).toBeUndefined();
  });
});

test('the log of a change has the settings, but no salt', async () => {
  const policy = { sample_rate: 0.5, sample_salt: 'nobody-may-know' };
  await create({ id: 'acme', plan: 'unlimited', settings: { policy } });
  const [created] = await trailOf('acme');
  expect(created).toMatchObject({ action: 'tenant.create', metadata: { settings: { policy: { sample_rate: 0.5 } } } });
  expect(JSON.stringify(created)).not.toContain('nobody-may-know');
});

describe('usage', () => {
  test('counts events and bytes, by day and month, as JSON and CSV', async () => {
    await create({ id: 'acme', plan: 'unlimited' });
    await service.post('/api/v1/events', sampleEvent('a'), to('acme'));
    const usage = (await service.get('/api/v1/tenants/acme/usage')).json();
    expect(usage).toMatchObject({ tenant: 'acme', by: 'day', total: { events: 2 }, usage: [{ events: 2 }] });
    expect(usage.total.bytes).toBe(usage.usage[0].bytes);
    const csv = await service.get('/api/v1/tenants/acme/usage?by=month&format=csv');
    expect(csv.headers['content-type']).toMatch(/^text\/csv/);
    expect(csv.body).toMatch(/^tenant,period,events,bytes\r\nacme,\d{4}-\d\d,2,\d+\r\n$/);
    const byAction = (await service.get('/api/v1/tenants/acme/usage?by=action')).json();
    expect(byAction.total).toEqual(usage.total);
    expect(byAction.usage).toContainEqual({ name: 'order.approve', events: 1, bytes: expect.any(Number) });
    expect((await service.get('/api/v1/tenants/acme/usage?from=2025-02-30')).json().code).toBe('query-invalid');
  });
});

describe('deleting', () => {
  test('is asked twice, removes everything but hashes and a tombstone, and stands in the log of the system', async () => {
    await create({ id: 'acme' });
    await service.post('/api/v1/events?wait=sealed', sampleEvent('a'), to('acme'));
    const { size } = (await service.get('/api/v1/log', to('acme'))).json();
    const asked = await remove('acme');
    expect(asked.json()).toMatchObject({ status: 409, code: 'confirmation-needed' });
    expect((await remove('acme', `${asked.json().confirm}x`)).json().code).toBe('confirmation-needed');
    expect((await remove('acme', asked.json().confirm)).statusCode).toBe(204);
    expect((await service.get('/api/v1/tenants/acme')).json()).toMatchObject({ status: 'deleted' });
    expect((await service.post('/api/v1/events', sampleEvent('b'), to('acme'))).json().code).toBe('tenant-gone');
    expect((await service.get('/api/v1/events/a', to('acme'))).statusCode).toBe(404);
    const tombstone = await service.get('/log/acme/tombstone');
    expect(tombstone.body).toMatch(/^attestlog tombstone v1\nattestlog\.local\/acme\n\d+\n/);
    const [, , ended] = tombstone.body.split('\n');
    expect(Number(ended)).toBeGreaterThanOrEqual(size);
    expect((await service.get(`/log/acme/tile/0/000.p/${ended}`)).rawPayload).toHaveLength(32 * Number(ended));
    expect((await service.get(`/log/acme/tile/entries/000.p/${ended}`)).json().code).toBe('tenant-gone');
    const acts = await trailOf('system');
    expect(acts.map(({ action, targets }) => [action, targets?.[0]?.id])).toEqual(
      expect.arrayContaining([
        ['tenant.delete', 'acme'],
        ['tenant.erase', 'acme'],
      ]),
    );
  });

  test('needs the confirmation of the tenant as it is now', async () => {
    const made = await create({ id: 'acme' });
    const { confirm } = (await remove('acme')).json();
    await put('acme', { name: 'renamed' }, { 'if-match': String(made.headers.etag) });
    expect((await remove('acme', confirm)).json().code).toBe('confirmation-needed');
    expect((await service.get('/log/acme/tombstone')).json().code).toBe('tombstone-unknown');
  });
});
