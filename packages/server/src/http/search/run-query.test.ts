import { once } from 'node:events';
import { connect } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import {
  AUTHORIZED,
  type HttpOptions,
  type HttpService,
  KEY,
  sampleEvent,
  startHttp,
} from '../../../testing/http-service.js';
import { openMemoryStore } from '../../adapters/memory/memory-store.js';
import { type ExceededLimit, PortFailure } from '../../ports/failure.js';

let http: HttpService;

afterEach(() => http.close());

const QUERY = '/api/v1/events?limit=5';

/** A service whose pages are read only when they are let go. */
async function startHeld(settings: Record<string, string>): Promise<{ letGo: () => void }> {
  let letGo = () => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const yieldPoint = (label: string) => (label === 'store.page' ? held : Promise.resolve());
  const ports: HttpOptions['ports'] = (world) => ({ store: openMemoryStore(world.store, { yieldPoint }) });
  http = await startHttp({ settings, ports });
  return { letGo };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await nextTurn();
}

const tenant = (id: string) => ({ ...AUTHORIZED, 'x-tenant-id': id });

describe('a query', () => {
  test('says what it cost', async () => {
    http = await startHttp();
    await http.post('/api/v1/events/batch', [sampleEvent('a'), sampleEvent('b')]);
    const { cost } = (await http.get(QUERY)).json();
    expect(cost).toMatchObject({ rows_read: 2, milliseconds: 0 });
    expect(cost.bytes_read).toBeGreaterThan(100);
  });

  test('is held to what the plan of its tenant leaves of what the deployment has', async () => {
    const limits: unknown[] = [];
    const settings = { 'plan-free': 'queries=1,query-rows=5000', 'query-rows': '7000', 'query-timeout': '40s' };
    const ports: HttpOptions['ports'] = (world) => {
      const store = openMemoryStore(world.store);
      const page: typeof store.page = (query, options) => {
        limits.push(options?.limits);
        return store.page(query, options);
      };
      return { store: Object.assign(store, { page }) };
    };
    http = await startHttp({ settings, ports });
    const made = async (id: string, input: object) => {
      const { effective_limits } = (await http.post('/api/v1/tenants', { id, ...input })).json();
      await http.get(QUERY, { 'x-tenant-id': id });
      return { queriesAtOnce: effective_limits.queriesAtOnce, limits: limits.at(-1) };
    };
    const reads = { maxSeconds: 40, maxRows: 7000, maxMemoryBytes: 2 ** 30 };
    const planned = { queriesAtOnce: 1, limits: { ...reads, maxRows: 5000 } };
    expect(await made('free', { plan: 'free' })).toEqual(planned);
    expect(await made('own', { plan: 'free', limits: { queryRows: 6000, querySeconds: 9000 } })).toEqual({
      ...planned,
      limits: { ...reads, maxRows: 6000 },
    });
    expect(await made('unlimited', { plan: 'unlimited' })).toEqual({ queriesAtOnce: 2, limits: reads });
  });

  test('is cancelled in the store when its client goes away, running or waiting for its turn', async () => {
    const { letGo } = await startHeld({ 'tenant-queries': '1' });
    const { port } = new URL(await http.listen());
    const open = async () => {
      const socket = connect(Number(port), '127.0.0.1');
      await once(socket, 'connect');
      socket.write(`GET ${QUERY} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${KEY}\r\n\r\n`);
      return socket;
    };
    const { queries } = http.services;
    const [running, waiting] = [await open(), await open()];
    await until(() => queries.running === 1 && queries.waiting === 1);
    waiting.destroy();
    await until(() => queries.waiting === 0);
    running.destroy();
    await until(() => queries.ended.cancelled === 2);
    expect(queries.running).toBe(0);
    letGo();
    expect((await http.get(QUERY)).statusCode).toBe(200);
  });

  test('beyond the bound on waiting ones is answered with 429, and when to come again; another tenant’s is not', async () => {
    const { letGo } = await startHeld({ 'tenant-queries': '1', 'tenant-waiting-queries': '0', 'query-wait': '7s' });
    const first = http.get(QUERY, tenant('one'));
    await until(() => http.services.queries.running === 1);
    const second = await http.get(QUERY, tenant('one'));
    expect([second.statusCode, second.headers['retry-after']]).toEqual([429, '7']);
    expect(second.json()).toMatchObject({ code: 'too-many-queries' });
    const other = http.get(QUERY, tenant('two'));
    await until(() => http.services.queries.running === 2);
    letGo();
    expect([(await first).statusCode, (await other).statusCode]).toEqual([200, 200]);
  });

  test('is told of what it needs too much', async () => {
    let exceeded: ExceededLimit = 'time';
    const ports: HttpOptions['ports'] = (world) => {
      const store = openMemoryStore(world.store);
      store.page = async () => {
        throw new PortFailure('exhausted', 'Code: 1', { exceeded });
      };
      return { store };
    };
    http = await startHttp({ ports });
    const limits: readonly ExceededLimit[] = ['time', 'rows', 'bytes', 'memory', 'result'];
    for (exceeded of limits) {
      const answer = await http.get(QUERY);
      expect(answer.statusCode).toBe(422);
      expect(answer.json()).toMatchObject({ code: 'query-too-expensive', limit: exceeded });
    }
    expect(http.services.queries.ended.exhausted).toBe(limits.length);
  });
});
