import { leaveOutReasons } from '@attestlog/event/sdk';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CollectingServer } from '../testing/collecting-server.js';
import { type Attestlog, createClient } from './create-client.js';
import type { EventDraft } from './event-draft.js';
import type { ClientOptions } from './settings/client-options.js';

const SECOND_MS = 1_000;
const clients: Attestlog[] = [];
let server: CollectingServer;

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) });
  server = new CollectingServer();
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
  vi.useRealTimers();
});

function clientWith(environment: Record<string, string>, options: ClientOptions = {}): Attestlog {
  const { fetch } = server;
  const client = createClient({ url: 'http://audit', apiKey: 'k', fetch, compress: false, environment, ...options });
  clients.push(client);
  return client;
}

/** What of some events is recorded. */
async function recorded(environment: Record<string, string>, events: readonly EventDraft[]): Promise<string[]> {
  const client = clientWith(environment);
  for (const event of events) await client.log(event);
  await client.flush();
  return server.events.map(({ action }) => action);
}

const created: EventDraft = { action: 'tool.create', operation: 'create', targets: [{ type: 'tool', id: '1' }] };
const listed: EventDraft = { action: 'tool.list', operation: 'read', targets: [{ type: 'tool' }] };
const updated: EventDraft = { action: 'server.update', operation: 'update', targets: [{ type: 'server', id: '1' }] };
const serverCreated: EventDraft = { action: 'server.create', operation: 'create', targets: [{ type: 'server' }] };
const removed: EventDraft = { action: 'server.delete', operation: 'delete', targets: [{ type: 'server' }] };

describe('configure the level', () => {
  it('logs writes only: a created tool, and not a list of tools', async () => {
    expect(await recorded({ AUDIT_TRAIL_LEVEL: 'writes_only' }, [created, listed])).toEqual(['tool.create']);
  });

  it('does so without a setting', async () => {
    expect(await recorded({}, [created, listed])).toEqual(['tool.create']);
  });

  it('logs mutations only: an updated server, and not a created one', async () => {
    expect(await recorded({ AUDIT_TRAIL_LEVEL: 'mutations_only' }, [updated, serverCreated])).toEqual([
      'server.update',
    ]);
  });

  it('logs all operations', async () => {
    const all = [created, listed, updated, removed];
    expect(await recorded({ AUDIT_TRAIL_LEVEL: 'all' }, all)).toEqual(all.map(({ action }) => action));
  });

  it('logs deletions only, and failures only', async () => {
    expect(await recorded({ AUDIT_TRAIL_LEVEL: 'deletes_only' }, [created, updated, removed])).toEqual([
      'server.delete',
    ]);
    server.batches.length = 0;
    const ends = (['success', 'failure', 'denied'] as const).map((outcome) => ({ ...updated, outcome }));
    expect(await recorded({ AUDIT_TRAIL_LEVEL: 'failures_only' }, ends)).toHaveLength(2);
  });

  it('cuts what is written by 90 % where nine of ten operations are reads', async () => {
    const client = clientWith({ AUDIT_TRAIL_LEVEL: 'writes_only' });
    for (let event = 0; event < 1_000; event++) await client.log(event % 10 === 0 ? updated : listed);
    await client.flush();
    expect(server.events).toHaveLength(100);
    expect(client.stats()).toMatchObject({ logged_events: 1_000, left_out_events: { level: 900 } });
  });
});

it('retention: every event says its 90 days, and an event that says others keeps them', async () => {
  const settings = { AUDIT_TRAIL_RETENTION_DAYS: '90', AUDIT_TRAIL_CLEANUP_ENABLED: 'true' };
  const client = clientWith({ ...settings, AUDIT_TRAIL_CLEANUP_BATCH_SIZE: '10000' });
  await client.log(created);
  await client.log({ ...created, retention_days: 365 });
  await client.flush();
  expect(server.events.map(({ retention_days }) => retention_days)).toEqual([90, 365]);
  expect(client.policy).toMatchObject({ retention_days: 90, cleanup_enabled: true, cleanup_batch_events: 10_000 });
  // Without a setting the server's policy decides.
  await clientWith({}).log(created);
  await Promise.all(clients.map((each) => each.flush()));
  expect(server.events.at(-1)).not.toHaveProperty('retention_days');
});

describe('does not block', () => {
  it('asynchronous: a tool is created, the call returns at once, the record is written behind it', async () => {
    server.latencyMs = 5 * SECOND_MS;
    const client = clientWith({ AUDIT_TRAIL_ASYNC: 'true', AUDIT_TRAIL_BUFFER_ENABLED: 'false' });
    const began = Date.now();
    expect(await client.log(created)).toMatchObject({ state: 'buffered' });
    expect(Date.now() - began).toBe(0);
    await vi.advanceTimersByTimeAsync(5 * SECOND_MS);
    expect(server.events).toHaveLength(1);
    expect(client.stats().delivery.acknowledged_events).toBe(1);
  });

  it('synchronous: the call waits for the server', async () => {
    server.latencyMs = 5 * SECOND_MS;
    const client = clientWith({ AUDIT_TRAIL_ASYNC: 'false' });
    let ended: string | undefined;
    const call = client.log(created).then(({ state }) => {
      ended = state;
    });
    await vi.advanceTimersByTimeAsync(4.9 * SECOND_MS);
    expect(ended).toBeUndefined();
    await vi.advanceTimersByTimeAsync(SECOND_MS);
    await call;
    expect(ended).toBe('acknowledged');
  });

  it('buffered: 50 events in 10 seconds are one batch after 30', async () => {
    const client = clientWith({ AUDIT_TRAIL_BUFFER_ENABLED: 'true', AUDIT_TRAIL_BUFFER_FLUSH_INTERVAL: '30' });
    for (let event = 0; event < 50; event++) {
      await client.log(created);
      await vi.advanceTimersByTimeAsync(200);
    }
    expect(client.stats().delivery.buffered_events).toBe(50);
    await vi.advanceTimersByTimeAsync(19.9 * SECOND_MS);
    expect(server.batches).toEqual([]);
    await vi.advanceTimersByTimeAsync(0.1 * SECOND_MS);
    expect(server.batches.map(({ atMs, events }) => [atMs - Date.UTC(2026, 0, 1), events.length])).toEqual([
      [30 * SECOND_MS, 50],
    ]);
  });

  it('buffered: the 500th event sends the batch before its time', async () => {
    const client = clientWith({ AUDIT_TRAIL_BUFFER_MAX_SIZE: '500' });
    for (let event = 0; event < 499; event++) await client.log(created);
    await vi.advanceTimersByTimeAsync(SECOND_MS);
    expect(server.batches).toEqual([]);
    await client.log(created);
    await vi.advanceTimersByTimeAsync(0);
    expect(server.batches.map(({ events }) => events.length)).toEqual([500]);
  });

  it('buffered: round trips are a twentieth at most', async () => {
    const client = clientWith({});
    for (let event = 0; event < 2_000; event++) await client.log(created);
    await client.flush();
    expect(server.events).toHaveLength(2_000);
    expect(server.batches.length).toBeLessThanOrEqual(2_000 / 20);
  });

  it('delivers what is pending when it is shut down', async () => {
    const client = clientWith({});
    await client.log(created);
    await client.close();
    expect(server.events).toHaveLength(1);
    expect(await client.log(created)).toMatchObject({ state: 'dropped' });
  });
});

describe('leaves out what is noise', () => {
  it('by the names of actions: a health check, and not a created tool', async () => {
    const health: EventDraft = { action: 'gateway.health_check', operation: 'execute' };
    const metrics: EventDraft = { action: 'metrics.read', operation: 'update' };
    const settings = { AUDIT_TRAIL_EXCLUDE_ACTIONS: 'health_check,metrics_read' };
    expect(await recorded(settings, [health, metrics, created])).toEqual(['tool.create']);
  });

  it('by the names of resources: metrics that are queried', async () => {
    const query: EventDraft = { action: 'metric.query', operation: 'execute', targets: [{ type: 'metric' }] };
    const settings = { AUDIT_TRAIL_LEVEL: 'all', AUDIT_TRAIL_EXCLUDE_RESOURCES: 'metric,health' };
    expect(await recorded(settings, [query, created])).toEqual(['tool.create']);
  });

  it('everything, for load tests', async () => {
    expect(await recorded({ AUDIT_TRAIL_ENABLED: 'false' }, [created, removed])).toEqual([]);
    expect(server.batches).toEqual([]);
  });

  it('a share of requests, but no failure', async () => {
    const client = clientWith({ AUDIT_TRAIL_SAMPLE_RATE: '0.1', AUDIT_TRAIL_LEVEL: 'all' });
    for (let request = 0; request < 1_000; request++) {
      await client.log({ ...listed, request_id: `r${request}` });
      await client.log({ ...listed, request_id: `r${request}` });
    }
    await client.log.failure({ ...listed, request_id: 'r1' });
    await client.flush();
    const ids = server.events.map(({ request_id }) => request_id);
    // What belongs to one request is kept or left out together.
    expect(ids.slice(0, -1).filter((_id, place) => place % 2 === 0)).toEqual(
      ids.slice(0, -1).filter((_id, place) => place % 2 === 1),
    );
    expect(new Set(ids).size).toBeGreaterThan(60);
    expect(new Set(ids).size).toBeLessThan(140);
    expect(ids.at(-1)).toBe('r1');
  });

  it('reads in full, where only they are not to be sampled', async () => {
    const settings = { AUDIT_TRAIL_SAMPLE_RATE: '0', AUDIT_TRAIL_SAMPLE_READS: 'false', AUDIT_TRAIL_LEVEL: 'all' };
    expect(await recorded(settings, [listed, created])).toEqual(['tool.list']);
  });

  it('and counts it by reason', async () => {
    const client = clientWith({ AUDIT_TRAIL_EXCLUDE_ACTIONS: 'tool.create', AUDIT_TRAIL_SAMPLE_RATE: '0' });
    const told: string[] = [];
    client.on('left_out', ({ action, reason }) => told.push(`${action} ${reason}`));
    for (const event of [created, listed, updated]) await client.log(event);
    expect(told).toEqual(['tool.create excluded_action', 'tool.list level', 'server.update sampling']);
    const { left_out_events } = client.stats();
    expect(leaveOutReasons.map((reason) => left_out_events[reason])).toEqual([0, 1, 1, 0, 1]);
    expect(client.wouldRecord(listed)).toBe(false);
    expect(client.wouldRecord(updated)).toBe(true);
  });
});

it('writes for several tenants, each in requests of its own', async () => {
  const client = clientWith({}, { tenant: 'acme' });
  await client.log(created);
  await client.with({ tenant: 'globex' }).log(created);
  await client.log(updated);
  await client.flush();
  const batches = server.batches.map(({ tenant, events }) => [tenant, events.length]);
  expect(batches.sort()).toEqual([
    ['acme', 2],
    ['globex', 1],
  ]);
});
