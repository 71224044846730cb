import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type HttpService, KEY, startHttp } from '../../../server/testing/http-service.js';
import { deliverySetting, readyEvent } from '../../testing/delivery-setting.js';
import { spoolFolders } from '../../testing/spool-folder.js';
import { createDelivery } from './create-delivery.js';
import { DEAD_LETTER_FILE } from './dead-letters/dead-letter-file.js';
import type { DeliveryWorld } from './delivery.js';

let service: HttpService;
let url: string;
beforeAll(async () => {
  service = await startHttp();
  url = await service.listen();
});
afterAll(() => service.close());
const newFolder = spoolFolders();

/** The world as the client has it, but for what it stamps and tells. */
const world: DeliveryWorld = {
  ...deliverySetting().world,
  nowMs: Date.now,
  random: Math.random,
  fetch,
  after: (delayMs, work) => {
    const timer = setTimeout(work, delayMs);
    return () => clearTimeout(timer);
  },
};

const { options } = deliverySetting({ flushIntervalMs: 10, flushEvents: 2500, compress: true });

async function idsOf(tenant: string): Promise<string[]> {
  const found = await service.get('/api/v1/events?limit=1000', { 'x-tenant-id': tenant });
  return (found.json() as { events: { event: { id: string } }[] }).events.map(({ event }) => event.id);
}

test('a real server takes batches, tells repeats, and its refusals become dead letters with their reasons', async () => {
  const folder = await newFolder();
  const server = { url, credential: () => KEY, tenant: 'acme' };
  const delivery = createDelivery(
    { ...options, server, durability: 'server', deadLetters: { folder, maxBytes: 1_000_000 } },
    world,
  );
  const valid = Array.from({ length: 40 }, (_, i) => readyEvent(`e${i}`));
  const sent = [
    ...valid,
    readyEvent('no-verb', { action: 'Not An Action' }),
    readyEvent('e0', { message: 'another event under its id' }),
    readyEvent('other', {}, 'globex'),
  ];
  const outcomes = await Promise.all(sent.map((event) => delivery.accept(event)));
  expect(outcomes.filter(({ state }) => state === 'acknowledged')).toHaveLength(41);
  expect(outcomes.slice(40, 42)).toMatchObject([
    { id: 'no-verb', state: 'refused', reason: expect.stringContaining(' at /action') },
    { id: 'e0', state: 'refused' },
  ]);
  expect(await delivery.accept(readyEvent('e1'))).toEqual({ id: 'e1', state: 'acknowledged' });
  await delivery.close();
  expect((await idsOf('acme')).sort()).toEqual(valid.map(({ id }) => id).sort());
  expect(await idsOf('globex')).toEqual(['other']);
  const letters = readFileSync(join(folder, DEAD_LETTER_FILE), 'utf8').trim().split('\n');
  expect(letters.map((line) => (JSON.parse(line) as { event: { id: string } }).event.id).sort()).toEqual([
    ...['e0', 'no-verb'],
  ]);
});

test('more events than a batch takes go through the spool', async () => {
  const folder = await newFolder();
  const server = { url, credential: () => KEY, tenant: 'spooled' };
  const spool = { folder, maxBytes: 10_000_000, segmentMaxBytes: 50_000, syncIntervalMs: 1000 };
  const delivery = createDelivery({ ...options, server, durability: 'disk', spool }, world);
  for (let i = 0; i < 2500; i++) void delivery.accept(readyEvent(`e${i}`));
  await delivery.flush();
  expect(delivery.stats()).toMatchObject({ acknowledged_events: 2500, spooled_events: 0, refused_events: 0 });
  await delivery.close();
});
