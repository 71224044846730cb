import { afterEach, expect, test } from 'vitest';
import { AUTHORIZED, type HttpService, sampleEvent, startHttp } from '../../testing/http-service.js';
import { Faults } from '../adapters/memory/faults.js';
import { withStoreFaults } from '../adapters/memory/faulty-ports.js';
import { openMemoryStore } from '../adapters/memory/memory-store.js';

let http: HttpService;

afterEach(() => http.close());

test('a server that can do its work says so', async () => {
  http = await startHttp();
  expect((await http.app.inject('/healthz')).json()).toEqual({ status: 'ok' });
  const ready = await http.app.inject('/readyz');
  expect([ready.statusCode, ready.json()]).toEqual([200, { status: 'ready', troubles: [] }]);
});

test('one whose store is away says what is wrong, takes events, and is well again by itself', async () => {
  let failing = false;
  const faults = new Faults(() => (failing ? 'fail' : undefined));
  http = await startHttp({ ports: (world) => ({ store: withStoreFaults(openMemoryStore(world.store), faults) }) });
  failing = true;
  expect((await http.post('/api/v1/events', sampleEvent('a'))).statusCode).toBe(201);
  await expect.poll(async () => (await http.app.inject('/readyz')).json().troubles.length).toBe(2);
  const answer = await http.app.inject('/readyz');
  expect([answer.statusCode, answer.json().status]).toEqual([503, 'not ready']);
  expect(answer.json().troubles.map(({ part }: { part: string }) => part)).toEqual(['sequencer', 'store']);
  expect((await http.app.inject('/healthz')).statusCode).toBe(200);
  // The reasons are for whoever runs the server.
  const reasons = async (headers: Record<string, string>) =>
    (await http.app.inject({ url: '/readyz', headers }))
      .json()
      .troubles.map(({ detail }: { detail?: string }) => detail);
  expect(await reasons({})).toEqual([undefined, undefined]);
  expect(await reasons({ authorization: 'Bearer wrong' })).toEqual([undefined, undefined]);
  expect(await reasons(AUTHORIZED)).toEqual([expect.stringContaining('injected'), expect.stringContaining('injected')]);
  failing = false;
  await expect.poll(async () => (await http.app.inject('/readyz')).statusCode).toBe(200);
  expect((await http.get('/api/v1/events/a')).statusCode).toBe(200);
});
