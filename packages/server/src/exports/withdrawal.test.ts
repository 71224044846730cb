import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HttpService, sampleEvent, startHttp } from '../../testing/http-service.js';
import { openMemoryObjects } from '../adapters/memory/memory-objects.js';
import { MemoryWorld } from '../adapters/memory/memory-world.js';

/** An erasure takes back what was exported before it. */
const world = new MemoryWorld();
let http: HttpService;
/** Files wait here, once it is set, and say so. */
let gate: { arrived: () => void; open: Promise<void> } | undefined;

beforeAll(async () => {
  const objects = openMemoryObjects(world.objects);
  http = await startHttp({
    world,
    settings: { 'sealed-fields': '/actor/name', 'max-tenant-exports': '1' },
    ports: () => ({
      objects: {
        ...objects,
        putStream: async (key, pieces) => {
          const bytes = await objects.putStream(key, pieces);
          gate?.arrived();
          await gate?.open;
          return bytes;
        },
      },
    }),
  });
  await record('jane');
  await record('joe');
});
afterAll(() => http.close());

async function record(person: string): Promise<void> {
  const event = sampleEvent(`of-${person}`, { actor: { id: person, name: `The name of ${person}` } });
  expect((await http.post('/api/v1/events?wait=sealed', event)).statusCode).toBe(201);
}

async function ask(body: object = {}, headers = {}): Promise<string> {
  const asked = await http.post('/api/v1/exports', { format: 'ndjson', q: 'action:order.*', ...body }, headers);
  expect(asked.statusCode, asked.body).toBe(202);
  return asked.json().id;
}

const show = async (id: string) => (await http.get(`/api/v1/exports/${id}`)).json();
const stateOf = (id: string) => expect.poll(async () => (await show(id)).state, { timeout: 60_000 });
const download = (id: string) => http.get(`/api/v1/exports/${id}/files/events-00001.ndjson`);
const filesOf = (id: string) => [...world.objects.objects.keys()].filter((key) => key.includes(id));

async function made(body: object = {}, headers = {}): Promise<string> {
  const id = await ask(body, headers);
  await stateOf(id).toBe('done');
  return id;
}

async function erase(subject: string): Promise<string> {
  const erased = await http.post('/api/v1/privacy/erasures', { subject });
  expect(erased.json(), erased.body).toMatchObject({ state: 'done' });
  return erased.json().id;
}

async function withdrawalsIn(erasure: string): Promise<string[]> {
  const found = (await http.get('/api/v1/events?q=action:export.withdraw')).json();
  return found.events
    .map(({ event }: { event: { targets: { id: string }[] } }) => event.targets.map(({ id }) => id))
    .filter((targets: string[]) => targets[1] === erasure)
    .map(([id]: string[]) => id!);
}

describe('an erasure', () => {
  it('takes back exports with unmasked values, says so in the log and to whoever downloads, and leaves the others', async () => {
    const { key } = (
      await http.post('/api/v1/keys', { name: 'k', permissions: ['events:export', 'events:read'] })
    ).json();
    const opened = await made();
    const omitted = await made({ personal: 'omitted' });
    const masked = await made({}, { authorization: `Bearer ${key}` });
    const without = await made({ q: 'id:nothing' });
    expect((await download(opened)).body).toContain('The name of jane');
    const [, link] = (await http.post(`/api/v1/exports/${opened}/links`, {})).json().links;
    const erasure = await erase('jane');
    expect(await show(opened)).toMatchObject({ state: 'failed', files: [], error: { code: 'export-withdrawn' } });
    expect(filesOf(opened)).toEqual([]);
    for (const answer of [await download(opened), await http.app.inject({ method: 'GET', url: link.url })]) {
      expect([answer.statusCode, answer.json().code]).toEqual([410, 'export-withdrawn']);
    }
    expect(await withdrawalsIn(erasure)).toEqual([opened]);
    for (const id of [omitted, masked, without]) expect((await download(id)).statusCode).toBe(200);
    const again = await made();
    const lines = (await download(again)).body;
    expect(lines).not.toContain('The name of jane');
    expect(lines).toContain('The name of joe');
  });

  it('takes back what is under way, whose values may be in a file already', async () => {
    await record('ann');
    let isIn!: () => void;
    let letGo!: () => void;
    const arrived = new Promise<void>((resolve) => {
      isIn = resolve;
    });
    const open = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    gate = { arrived: isIn, open };
    const running = await ask();
    const waiting = await ask();
    await arrived;
    expect(filesOf(running)).toHaveLength(1);
    const erasing = erase('ann');
    await stateOf(running).toBe('failed');
    gate = undefined;
    letGo();
    expect(await withdrawalsIn(await erasing)).toContain(running);
    expect(filesOf(running)).toEqual([]);
    await stateOf(waiting).toBe('done');
    expect((await download(waiting)).body).not.toContain('The name of ann');
  });

  it('of nobody who is known takes nothing back', async () => {
    const opened = await made();
    await erase('stranger');
    expect((await download(opened)).statusCode).toBe(200);
  });
});
