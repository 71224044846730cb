import * as fs from 'node:fs';
import { existsSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deliverySetting, readyEvent } from '../../testing/delivery-setting.js';
import { FailingFiles } from '../../testing/failing-files.js';
import { seededRandom } from '../../testing/seeded-random.js';
import { spoolFolders } from '../../testing/spool-folder.js';
import type { DeliveryOptions, SpoolOptions } from './delivery.js';
import { DiskDelivery, type DiskParts } from './disk-delivery.js';
import { ownIdentity } from './spool/process-identity.js';

const newFolder = spoolFolders();
let names = 0;
const newName = () => `00000000-0000-4000-8000-${String(++names).padStart(12, '0')}`;

type Setting = ReturnType<typeof deliverySetting>;
interface DiskOptions extends Partial<DeliveryOptions> {
  spoolMaxBytes?: number;
  syncIntervalMs?: number;
  segmentMaxBytes?: number;
}

function open(
  setting: Setting,
  folder: string,
  options: DiskOptions = {},
  parts: Partial<DiskParts> = {},
): DiskDelivery {
  const { spoolMaxBytes = 10_000_000, syncIntervalMs = Number.POSITIVE_INFINITY, segmentMaxBytes = 1500 } = options;
  const spool: SpoolOptions = { folder, maxBytes: spoolMaxBytes, segmentMaxBytes, syncIntervalMs };
  const given = { gzip: undefined, bury: () => undefined, files: fs, newName, self: ownIdentity(), ...parts };
  return new DiskDelivery({ ...setting.options, durability: 'disk', ...options, spool }, setting.world, given);
}

const spoolsIn = (folder: string) => readdirSync(folder).filter((name) => /^[0-9a-f-]{36}$/.test(name));

describe('one process', () => {
  test('delivers from its spool and leaves nothing behind', async () => {
    const setting = deliverySetting();
    const folder = await newFolder();
    const delivery = open(setting, folder);
    const ids = Array.from({ length: 250 }, (_, i) => `e${i}`);
    for (const id of ids) expect(delivery.accept(readyEvent(id))).toEqual({ id, state: 'spooled' });
    expect(delivery.stats()).toMatchObject({ spooled_events: 250, accepted_events: 250 });
    await setting.time.until(delivery.flush());
    expect(setting.server.ids()).toEqual(ids);
    expect(delivery.stats()).toMatchObject({ spooled_events: 0, spooled_bytes: 0, acknowledged_events: 250 });
    await setting.time.until(delivery.close());
    expect(spoolsIn(folder)).toEqual([]);
  });

  test('gathers events for the interval, and sends them as one batch', async () => {
    const setting = deliverySetting({ flushIntervalMs: 30_000, flushEvents: 500 });
    const delivery = open(setting, await newFolder());
    for (let i = 0; i < 50; i++) {
      delivery.accept(readyEvent(`e${i}`));
      await setting.time.pass(200);
    }
    await setting.time.pass(19_900);
    expect(setting.server.batches).toEqual([]);
    await setting.time.pass(200);
    expect(setting.server.batches).toEqual([50]);
    await setting.time.until(delivery.close());
  });

  test('keeps its memory small however much waits', async () => {
    const setting = deliverySetting({ flushEvents: 1000 });
    setting.server.isDown = true;
    const delivery = open(setting, await newFolder(), { segmentMaxBytes: 100_000 });
    for (let i = 0; i < 12_000; i++) delivery.accept(readyEvent(`e${i}`));
    await setting.time.pass(60_000);
    const { buffered_events, spooled_events } = delivery.stats();
    expect(spooled_events).toBe(12_000);
    // A window of 4,000 and the piece that fills it.
    expect(buffered_events).toBeLessThan(8000);
    setting.server.isDown = false;
    await setting.time.until(delivery.flush());
    expect(setting.server.ids()).toHaveLength(12_000);
    await setting.time.until(delivery.close());
  });

  test('resolves after the disk has it for good, if that is asked for, whatever segment it is in', async () => {
    const setting = deliverySetting();
    const folder = await newFolder();
    /** Sizes of files when they were synchronised last. */
    const synced = new Map<number, number>();
    let passes = 0;
    const fdatasync = ((fd: number, done: (error: null) => void) => {
      passes += 1;
      const { ino, size } = fs.fstatSync(fd);
      fs.fdatasync(fd, () => {
        synced.set(ino, size);
        done(null);
      });
    }) as typeof fs.fdatasync;
    const delivery = open(
      setting,
      folder,
      { syncIntervalMs: 0, segmentMaxBytes: 500 },
      { files: { ...fs, fdatasync } },
    );
    const outcomes = Promise.all(Array.from({ length: 30 }, (_, i) => delivery.accept(readyEvent(`e${i}`))));
    expect((await setting.time.until(outcomes, 100)).every(({ state }) => state === 'spooled')).toBe(true);
    const spool = join(folder, spoolsIn(folder)[0]!);
    const segments = readdirSync(spool).filter((name) => name.endsWith('.events'));
    expect(segments.length).toBeGreaterThan(3);
    for (const name of segments) {
      const { ino, size } = fs.statSync(join(spool, name));
      expect(synced.get(ino), name).toBe(size);
    }
    // Those that come while one is under way share the next.
    expect(passes).toBeLessThan(segments.length + 3);
    await setting.time.until(delivery.close());
  });

  test('begins a new spool when somebody removes the folder', async () => {
    const setting = deliverySetting();
    const folder = await newFolder();
    const delivery = open(setting, folder);
    await rm(join(folder, spoolsIn(folder)[0]!), { recursive: true });
    await setting.time.pass(31_000);
    delivery.accept(readyEvent('a'));
    await setting.time.until(delivery.flush());
    expect(setting.server.ids()).toEqual(['a']);
    await setting.time.until(delivery.close());
  });
});

describe('what does not fit', () => {
  test('beyond the largest size is dropped and told', async () => {
    const setting = deliverySetting();
    const delivery = open(setting, await newFolder(), { spoolMaxBytes: 1000 });
    setting.server.isDown = true;
    const states = [];
    for (let i = 0; i < 20; i++) states.push((await delivery.accept(readyEvent(`e${i}`))).state);
    const dropped = states.filter((state) => state === 'dropped').length;
    expect(dropped).toBeGreaterThan(5);
    setting.server.isDown = false;
    await setting.time.until(delivery.close());
    expect(setting.server.logs.get('acme')?.at(-1)).toMatchObject({
      action: 'audit.gap',
      metadata: { lost_events: dropped, reasons: { spool_full: dropped } },
    });
  });

  test('on a full disk goes to memory, and is dropped only beyond its bound; the count survives the process', async () => {
    const setting = deliverySetting({ bufferMaxEvents: 5 });
    const folder = await newFolder();
    const failing = new FailingFiles();
    const first = open(setting, folder, { closeTimeoutMs: 100 }, { files: failing.files });
    setting.server.isDown = true;
    await first.accept(readyEvent('spooled'));
    failing.roomBytes = 10;
    const states = [];
    for (let i = 0; i < 8; i++) states.push((await first.accept(readyEvent(`e${i}`))).state);
    expect(states).toEqual([...Array(5).fill('buffered'), ...Array(3).fill('dropped')]);
    await setting.time.until(first.close());
    setting.server.isDown = false;
    failing.roomBytes = undefined;
    const second = open(setting, folder);
    await setting.time.pass(100);
    await setting.time.until(second.close());
    const log = setting.server.logs.get('acme')!;
    expect(log[0]).toMatchObject({ id: 'spooled' });
    const gap = log.find(({ action }) => action === 'audit.gap');
    expect(gap).toMatchObject({ metadata: { lost_events: 8, reasons: { disk_error: 3, closed: 5 } } });
    expect(spoolsIn(folder)).toEqual([]);
  });

  test('a folder that cannot be made never throws, and is tried again', async () => {
    const setting = deliverySetting();
    const folder = join(await newFolder(), 'below');
    let isReadOnly = true;
    const mkdirSync = ((...args: Parameters<typeof fs.mkdirSync>) => {
      if (isReadOnly) throw Object.assign(new Error('read-only'), { code: 'EROFS' });
      return fs.mkdirSync(...args);
    }) as typeof fs.mkdirSync;
    const delivery = open(setting, folder, {}, { files: { ...fs, mkdirSync } });
    expect(delivery.accept(readyEvent('a'))).toMatchObject({
      state: 'buffered',
      reason: expect.stringContaining('EROFS'),
    });
    isReadOnly = false;
    await setting.time.pass(1000);
    expect(delivery.accept(readyEvent('b'))).toEqual({ id: 'b', state: 'spooled' });
    await setting.time.until(delivery.close());
    expect(setting.server.ids().sort()).toEqual(['a', 'b']);
  });
});

describe('several processes', () => {
  test('one that lives keeps its spool; the spool of one that closed is taken over', async () => {
    const setting = deliverySetting({ flushIntervalMs: 1_000_000, closeTimeoutMs: 100 });
    const folder = await newFolder();
    const alive = open(setting, folder);
    const closed = open(setting, folder);
    alive.accept(readyEvent('alive'));
    closed.accept(readyEvent('closed'));
    setting.server.isDown = true;
    await setting.time.until(closed.close());
    setting.server.isDown = false;
    const next = open(setting, folder);
    await setting.time.pass(100);
    await setting.time.until(next.close());
    expect(setting.server.ids()).toEqual(['closed']);
    expect(setting.notices.filter(({ type }) => type === 'adopted')).toHaveLength(1);
    await setting.time.until(alive.close());
    expect(setting.server.ids()).toEqual(['closed', 'alive']);
    expect(spoolsIn(folder)).toEqual([]);
  });

  test('a spool is adopted by one of many, and goes on to the next when that one ends', async () => {
    const setting = deliverySetting({ closeTimeoutMs: 100 });
    const folder = await newFolder();
    setting.server.isDown = true;
    const ids: string[] = [];
    for (let generation = 0; generation < 4; generation++) {
      const together = [open(setting, folder), open(setting, folder), open(setting, folder)];
      for (const [index, delivery] of together.entries()) {
        ids.push(`g${generation}-${index}`);
        delivery.accept(readyEvent(ids.at(-1)!));
      }
      await setting.time.pass(2000);
      for (const delivery of together) await setting.time.until(delivery.close());
    }
    setting.server.isDown = false;
    const last = open(setting, folder);
    await setting.time.pass(100);
    expect(spoolsIn(folder)).toHaveLength(1);
    await setting.time.until(last.close());
    expect(setting.server.ids().sort()).toEqual(ids.sort());
    expect(spoolsIn(folder)).toEqual([]);
    // Nothing was sent by two.
    const delivered = setting.notices.flatMap((notice) => (notice.type === 'delivered' ? [notice.events] : []));
    expect(delivered.reduce((sum, events) => sum + events, 0)).toBe(ids.length);
  });
});

test('what processes that were killed while they took over left inside one another is found at any depth', async () => {
  const setting = deliverySetting({ closeTimeoutMs: 100 });
  const folder = await newFolder();
  setting.server.isDown = true;
  const spools: string[] = [];
  for (const id of ['a', 'b', 'c', 'd']) {
    const delivery = open(setting, folder);
    delivery.accept(readyEvent(id));
    await setting.time.until(delivery.close());
    const name = spoolsIn(folder)[0]!;
    // The one before is in this one, as if it had been killed before it moved what was inside.
    const aside = join(folder, `aside-${id}`);
    fs.renameSync(join(folder, name), aside);
    const inner = spools.at(-1);
    if (inner !== undefined) {
      fs.mkdirSync(join(aside, 'adopted'), { recursive: true });
      fs.renameSync(inner, join(aside, 'adopted', newName()));
    }
    spools.push(aside);
  }
  fs.renameSync(spools.at(-1)!, join(folder, newName()));
  setting.server.isDown = false;
  const last = open(setting, folder);
  await setting.time.until(last.close());
  expect(setting.server.ids().sort()).toEqual(['a', 'b', 'c', 'd']);
  expect(spoolsIn(folder)).toEqual([]);
});

const share = fc.double({ min: 0, max: 0.3, noNaN: true });

test('whatever goes wrong, over any number of processes, the log has exactly what was spooled, each once', async () => {
  const troubles = fc.record({
    ...{ refused: share, lostAnswer: share, tooMany: share, unavailable: share, broken: share, strange: share },
  });
  const step = fc.record({ waitMs: fc.nat(3000), events: fc.nat(40), restart: fc.boolean() });
  const property = fc.asyncProperty(
    fc.nat(),
    troubles,
    fc.array(step, { minLength: 1, maxLength: 8 }),
    fc.integer({ min: 100, max: 20_000 }),
    async (seed, mishaps, steps, segmentMaxBytes) => {
      const setting = deliverySetting(
        { flushEvents: 25, closeTimeoutMs: 300 },
        { random: seededRandom(seed), troubles: mishaps, batchMaxEvents: 20, poison: 'no' },
      );
      const folder = await newFolder();
      const buried = new Set<string>();
      const start = () => open(setting, folder, { segmentMaxBytes }, { bury: ({ id }) => buried.add(id) });
      const spooled: string[] = [];
      const poisoned: string[] = [];
      let made = 0;
      let delivery = start();
      for (const { waitMs, events, restart } of steps) {
        for (let i = 0; i < events; i++) {
          const id = `e${++made}`;
          const isPoison = made % 23 === 0;
          (isPoison ? poisoned : spooled).push(id);
          expect(await delivery.accept(readyEvent(id, isPoison ? { action: 'no' } : {}))).toMatchObject({
            state: 'spooled',
          });
        }
        await setting.time.pass(waitMs);
        if (!restart) continue;
        await setting.time.until(delivery.close());
        delivery = start();
      }
      setting.server.troubles = {};
      await setting.time.pass(60_000);
      await setting.time.until(delivery.close());
      expect(setting.server.ids().sort()).toEqual(spooled.sort());
      expect([...buried].sort()).toEqual(poisoned.sort());
      expect(existsSync(folder) ? spoolsIn(folder) : []).toEqual([]);
    },
  );
  await fc.assert(property, { numRuns: 15 });
});
