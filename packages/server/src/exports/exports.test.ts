import { afterEach, describe, expect, it, vi } from 'vitest';
import { type HttpService, sampleEvent, startHttp } from '../../testing/http-service.js';
import { openMemoryObjects } from '../adapters/memory/memory-objects.js';
import { openMemoryStore } from '../adapters/memory/memory-store.js';
import { MemoryWorld } from '../adapters/memory/memory-world.js';
import { PortFailure } from '../ports/failure.js';
import type { Objects } from '../ports/objects.js';

/** Exports as jobs, where something goes wrong or is taken back. */
let http: HttpService;
afterEach(() => http?.close());

const EVENTS = 3000;
const settings = { 'sealed-fields': 'none' };

interface Shown {
  id: string;
  state: string;
  events_done: number;
  files: { name: string; events: number; sha256: string }[];
  error?: { code: string };
}

/** Stands between an export and its objects: each file waits until it is let through. */
class Gate {
  readonly arrived: string[] = [];
  readonly #waiting: (() => void)[] = [];
  isOpen = false;
  failure: PortFailure | undefined;

  around(objects: Objects): Objects {
    return {
      ...objects,
      putStream: async (key, pieces) => {
        this.arrived.push(key);
        if (!this.isOpen) await new Promise<void>((resolve) => this.#waiting.push(resolve));
        const { failure } = this;
        this.failure = undefined;
        if (failure !== undefined) throw failure;
        return objects.putStream(key, pieces);
      },
    };
  }

  letOneThrough(): void {
    this.#waiting.shift()?.();
  }

  open(): void {
    this.isOpen = true;
    for (const go of this.#waiting.splice(0)) go();
  }
}

async function start(world: MemoryWorld, gate = new Gate(), more: Record<string, string> = {}): Promise<Gate> {
  http = await startHttp({
    world,
    settings: { ...settings, ...more },
    ports: () => ({ objects: gate.around(openMemoryObjects(world.objects)) }),
  });
  return gate;
}

async function record(): Promise<void> {
  for (let from = 0; from < EVENTS; from += 1000) {
    const place = (index: number) => new Date(1_759_752_000_000 + index * 1000).toISOString();
    const events = Array.from({ length: 1000 }, (_, at) => sampleEvent(`e${from + at}`, { time: place(from + at) }));
    await http.post('/api/v1/events/batch', events);
  }
}

async function ask(body: object = {}): Promise<string> {
  const asked = await http.post('/api/v1/exports', {
    format: 'ndjson',
    split: { events: 1000 },
    q: 'action:order.*',
    ...body,
  });
  expect(asked.statusCode, asked.body).toBe(202);
  return asked.json().id;
}

const show = async (id: string): Promise<Shown> => (await http.get(`/api/v1/exports/${id}`)).json();
const waitFor = (id: string, fits: (shown: Shown) => boolean) =>
  vi.waitFor(
    async () => {
      const shown = await show(id);
      expect(shown).toSatisfy(fits);
      return shown;
    },
    { timeout: 100_000, interval: 10 },
  );
const filesIn = (world: MemoryWorld) => [...world.objects.objects.keys()].filter((key) => key.startsWith('export/'));

describe('an export that is interrupted', () => {
  it('goes on behind its last file that is whole, and what came meanwhile is not in it', async () => {
    const world = new MemoryWorld();
    const first = await start(world);
    await record();
    const id = await ask();
    await expect.poll(() => first.arrived).toHaveLength(1);
    first.letOneThrough();
    const { files } = await waitFor(id, (shown) => shown.files.length === 1);
    await http.post('/api/v1/events/batch', [sampleEvent('later', { time: '2020-01-01T00:00:00Z' })]);
    // The second file is never put: as if the process had been killed.
    const abandoned = http;
    const second = await start(world);
    second.open();
    const done = await waitFor(id, ({ state }) => state === 'done');
    expect(second.arrived.map((key) => key.split('/').at(-1))).toEqual(['events-00002.ndjson', 'events-00003.ndjson']);
    expect(done.files[0]).toEqual(files[0]);
    const ids: string[] = [];
    for (const { name } of done.files) {
      const { body } = await http.get(`/api/v1/exports/${id}/files/${name}`);
      ids.push(
        ...body
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line).event.id),
      );
    }
    expect(ids).toEqual(Array.from({ length: EVENTS }, (_, place) => `e${place}`));
    first.open();
    await abandoned.close();
  });

  it('is tried again when the object store does not answer, and fails when there is no room', async () => {
    const world = new MemoryWorld();
    const gate = await start(world);
    await record();
    gate.failure = new PortFailure('unavailable', 'objects: away');
    gate.open();
    const again = await ask();
    expect(await waitFor(again, ({ state }) => state === 'done')).toMatchObject({ events_done: EVENTS });
    gate.failure = new PortFailure('full', 'objects: full');
    const full = await ask();
    const failed = await waitFor(full, ({ state }) => state === 'failed');
    expect(failed).toMatchObject({ files: [], error: { code: 'storage-full' } });
    expect(filesIn(world).filter((key) => key.includes(full))).toEqual([]);
    const download = await http.get(`/api/v1/exports/${full}/files/events-00001.ndjson`);
    expect(download.json()).toMatchObject({ code: 'export-unfinished', state: 'failed' });
  });
});

describe('an export that is not wanted any more', () => {
  it('is cancelled midway, and leaves no file', async () => {
    const world = new MemoryWorld();
    const gate = await start(world);
    await record();
    const id = await ask();
    await expect.poll(() => gate.arrived).toHaveLength(1);
    gate.letOneThrough();
    await waitFor(id, (shown) => shown.files.length === 1);
    const cancelling = http.request({ method: 'DELETE', url: `/api/v1/exports/${id}` });
    gate.open();
    expect((await cancelling).json()).toMatchObject({ state: 'cancelled', files: [] });
    expect(filesIn(world)).toEqual([]);
    expect(await show(id)).toMatchObject({ state: 'cancelled' });
  });

  it('is gone after its time, with its files', async () => {
    const world = new MemoryWorld();
    (await start(world, new Gate(), { 'export-lifetime': '1h' })).open();
    await record();
    const id = await ask();
    await waitFor(id, ({ state }) => state === 'done');
    expect(filesIn(world)).toHaveLength(4);
    await http.close();
    // By the clock of the next process.
    vi.setSystemTime(Date.now() + 2 * 3_600_000);
    try {
      await start(world);
      await expect.poll(() => filesIn(world)).toEqual([]);
      expect((await http.get(`/api/v1/exports/${id}`)).json()).toMatchObject({ code: 'export-unknown' });
    } finally {
      vi.useRealTimers();
    }
  });

  it('goes with its tenant, finished or not', async () => {
    const world = new MemoryWorld();
    const gate = await start(world);
    await record();
    await ask();
    const running = await ask();
    await expect.poll(() => gate.arrived).toHaveLength(1);
    const removing = http.services.exports.removeTenant('default');
    gate.open();
    await removing;
    expect(filesIn(world)).toEqual([]);
    expect(await show(running)).toMatchObject({ code: 'export-unknown' });
  });
});

it('runs as many exports at once as it may, and as many of one tenant', async () => {
  const world = new MemoryWorld();
  const gate = await start(world, new Gate(), { 'max-exports': '2', 'max-tenant-exports': '1' });
  const of = (tenant: string) => ({ 'x-tenant-id': tenant });
  for (const tenant of ['a1', 'a2', 'a3']) await http.post('/api/v1/events', sampleEvent('one'), of(tenant));
  for (const tenant of ['a1', 'a1', 'a2', 'a3']) await http.post('/api/v1/exports', { format: 'json' }, of(tenant));
  await expect.poll(() => gate.arrived).toHaveLength(2);
  expect(new Set(gate.arrived.map((key) => key.split('/')[1])).size).toBe(2);
  gate.open();
  await expect.poll(() => gate.arrived).toHaveLength(4);
});

it('has all that was acknowledged before it was asked for, however long the sealing takes', async () => {
  const world = new MemoryWorld();
  let seal = () => {};
  const mayBeSealed = new Promise<void>((resolve) => {
    seal = resolve;
  });
  const store = openMemoryStore(world.store);
  const insert = store.insert.bind(store);
  store.insert = (batch) => mayBeSealed.then(() => insert(batch));
  http = await startHttp({ world, settings: { ...settings, 'read-wait': '0ms' }, ports: () => ({ store }) });
  await http.post('/api/v1/events/batch', [sampleEvent('e0')]);
  const id = await ask();
  expect(await show(id)).toMatchObject({ state: 'queued' });
  seal();
  expect(await waitFor(id, ({ state }) => state === 'done')).toMatchObject({ events_done: 1 });
});
