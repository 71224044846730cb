import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSocket, type RawRequest, rawBytes } from '../../support/raw-http.js';
import { HostileServer, REQUEST_TIMEOUT } from './hostile-server.js';

const ITEMS = 400;

let server: HostileServer;
beforeAll(async () => {
  server = await HostileServer.start({ ATTESTLOG_REQUEST_TIMEOUT: REQUEST_TIMEOUT });
});
afterAll(() => server?.process.dispose());

const batchOf = (name: string) =>
  Array.from({ length: ITEMS }, (_, i) => ({ id: `${name}-${i}`, action: 'order.approve', message: 'x'.repeat(200) }));

function batchRequest(tenant: string, body: Uint8Array, path = '/api/v1/events/batch'): RawRequest {
  const headers = [
    ['x-tenant-id', tenant],
    ['content-type', path.endsWith('stream') ? 'application/x-ndjson' : 'application/json'],
    ['authorization', `Bearer ${server.process.key}`],
  ] as const;
  return { method: 'POST', path, headers, body };
}

/** The ids of all events in a tenant's log. */
async function recorded(tenant: string): Promise<string[]> {
  const response = await server.process.fetch('/api/v1/events?limit=1000', { tenant });
  const { events } = (await response.json()) as { events: { event: { id: string } }[] };
  return events.map(({ event }) => event.id).sort();
}

test('a batch with good and bad items: the answer names what is stored, and the log has exactly that', async () => {
  const bad = [{ action: 'NOT AN ACTION' }, { id: 'x', action: 'a.b', unknown: 1 }, 'text', null, [], 1e300];
  const batch = batchOf('mixed').flatMap((event, i) => (i % 50 === 0 ? [event, bad[(i / 50) % bad.length]] : [event]));
  const body = Buffer.from(JSON.stringify([...batch, { ...batchOf('mixed')[0], message: 'other' }]));
  const response = await server.process.fetch('/api/v1/events/batch', { method: 'POST', body, tenant: 'mixed' });
  expect(response.status).toBe(207);
  const { results } = (await response.json()) as { results: { status: string; id?: string }[] };
  expect(results).toHaveLength(batch.length + 1);
  const stored = results.filter(({ status }) => status === 'stored').map(({ id }) => id);
  expect(stored).toHaveLength(ITEMS);
  expect(results.at(-1)).toMatchObject({ status: 'conflict' });
  expect(await recorded('mixed')).toEqual(stored.sort());
});

test('an atomic batch with one bad item stores nothing', async () => {
  const body = JSON.stringify([...batchOf('atomic'), { action: 'NOT AN ACTION' }]);
  const path = '/api/v1/events/batch?atomic=true';
  const response = await server.process.fetch(path, { method: 'POST', body, tenant: 'atomic' });
  expect(response.status).toBe(422);
  expect(await recorded('atomic')).toEqual([]);
});

test('clients that vanish in the middle of a batch leave nothing of it, after it all or nothing', async () => {
  for (const share of [0.1, 0.5, 0.9, 0.999, 1]) {
    const tenant = `vanish-${String(share).replace('.', '-')}`;
    const bytes = rawBytes(batchRequest(tenant, Buffer.from(JSON.stringify(batchOf('gone')))));
    const socket = await openSocket(server.process.url);
    socket.write(bytes.subarray(0, Math.floor(bytes.length * share)));
    await new Promise((resolve) => setTimeout(resolve, share === 1 ? 0 : 50));
    socket.destroy();
  }
  await server.expectUnharmed();
  for (const share of ['0-1', '0-5', '0-9', '0-999']) expect(await recorded(`vanish-${share}`)).toEqual([]);
  expect([0, ITEMS]).toContain((await recorded('vanish-1')).length);
});

test('a body that is longer or shorter than its content-length is never taken for a batch', async () => {
  const body = Buffer.from(JSON.stringify(batchOf('lying')));
  for (const [tenant, length] of [
    ['too-short', body.length - 10],
    ['too-long', body.length + 10],
  ] as const) {
    const request = batchRequest(tenant, body);
    const headers = [...request.headers!, ['content-length', String(length)] as const];
    const { key } = server.process;
    await server.send({ ...request, headers: headers.filter(([, value]) => !value.includes(key)) });
    expect(await recorded(tenant)).toEqual([]);
  }
});

test('a stream that breaks off keeps whole lines only, and each at most once', async () => {
  const lines = batchOf('stream').map((event) => JSON.stringify(event));
  const body = Buffer.from(lines.join('\n'));
  const cut = Math.floor(body.length / 2);
  const bytes = rawBytes(batchRequest('stream', body, '/api/v1/events/stream'));
  const socket = await openSocket(server.process.url);
  socket.write(bytes.subarray(0, bytes.length - cut));
  await new Promise((resolve) => setTimeout(resolve, 200));
  socket.destroy();
  await server.expectUnharmed();
  const ids = await recorded('stream');
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.length).toBeLessThanOrEqual(ITEMS / 2);
  for (const id of ids) expect(id).toMatch(/^stream-\d+$/);
});
