import * as fs from 'node:fs';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readyEvent } from '../../../testing/delivery-setting.js';
import { FailingFiles } from '../../../testing/failing-files.js';
import { spoolFolders } from '../../../testing/spool-folder.js';
import type { ReadyEvent } from '../delivery.js';
import { crc32, tableCrc32 } from './crc32.js';
import { segmentNumbers } from './segment-name.js';
import { SegmentWriter } from './segment-writer.js';
import { type SpoolDamage, SpoolSource } from './spool-source.js';

const newFolder = spoolFolders();

const text = fc.string({ unit: 'binary', maxLength: 40 });
const event: fc.Arbitrary<ReadyEvent> = fc
  .record({
    message: text,
    tenant: fc.option(fc.oneof(text, fc.constant('-'), fc.constant('acme')), { nil: undefined }),
  })
  .filter(({ tenant }) => tenant === undefined || tenant.isWellFormed())
  .map(({ message, tenant }) => readyEvent('x', { message }, tenant));
const events = fc.array(event, { minLength: 1, maxLength: 30 });

/** Writes a spool and gives what it wrote, with its segments' bytes. */
async function written(given: readonly ReadyEvent[], segmentMaxBytes: number) {
  const root = await newFolder();
  const folder = join(root, 'spool');
  mkdirSync(folder);
  const writer = new SegmentWriter(folder, fs, { segmentMaxBytes, keepsRetired: false });
  const places = given.map((one) => {
    writer.append(one);
    return writer.position;
  });
  writer.close();
  return { root, folder, places };
}

async function readAll(folder: string, root: string) {
  const damage: SpoolDamage[] = [];
  const source = new SpoolSource({
    ...{ folder, damagedFolder: join(root, 'damaged'), files: fs },
    onDamage: (found) => damage.push(found),
    onReach: () => undefined,
  });
  const found: { event: ReadyEvent; settle: () => void }[] = [];
  for (let next = await source.next(); next !== undefined; next = await source.next()) found.push(...next);
  return { source, found, damage };
}

const plain = ({ json, tenant }: ReadyEvent) => ({ json, tenant });

test('what was written comes out in its order, over any segments', async () => {
  await fc.assert(
    fc.asyncProperty(events, fc.integer({ min: 1, max: 2000 }), async (given, segmentMaxBytes) => {
      const { root, folder } = await written(given, segmentMaxBytes);
      const { source, found, damage } = await readAll(folder, root);
      expect(found.map((one) => plain(one.event))).toEqual(given.map(plain));
      expect(damage).toEqual([]);
      await source.close();
    }),
    { numRuns: 40 },
  );
});

test('cut off at any byte, a segment gives what is whole before it, and tells of the rest', async () => {
  await fc.assert(
    fc.asyncProperty(events, fc.nat(), async (given, where) => {
      const { root, folder, places } = await written(given, 1_000_000);
      const path = join(folder, '00000001.events');
      const bytes = readFileSync(path);
      const cut = where % (bytes.length + 1);
      writeFileSync(path, bytes.subarray(0, cut));
      const { source, found, damage } = await readAll(folder, root);
      const whole = places.filter(({ end }) => end <= cut).length;
      expect(found.map((one) => plain(one.event))).toEqual(given.slice(0, whole).map(plain));
      const isTorn = cut > (places[whole - 1]?.end ?? 0);
      expect(damage.map(({ isTornEnd }) => isTornEnd)).toEqual(isTorn ? [true] : []);
      await source.close();
    }),
    { numRuns: 60 },
  );
});

test('with any byte changed, all but the line that has it comes out, and the damage is told and kept', async () => {
  await fc.assert(
    fc.asyncProperty(events, fc.nat(), fc.integer({ min: 1, max: 255 }), async (given, where, change) => {
      const { root, folder, places } = await written(given, 1_000_000);
      const path = join(folder, '00000001.events');
      const bytes = readFileSync(path);
      const place = where % bytes.length;
      bytes[place] = bytes[place]! ^ change;
      writeFileSync(path, bytes);
      const { source, found, damage } = await readAll(folder, root);
      const hit = places.findIndex(({ end }) => place < end);
      // A newline that is none any more makes one line of two.
      const isNewline = place === places[hit]!.end - 1;
      const kept = given.filter((_, index) => index !== hit && !(isNewline && index === hit + 1));
      expect(found.map((one) => plain(one.event))).toEqual(kept.map(plain));
      expect(damage.length).toBeGreaterThan(0);
      for (const { settle } of found) settle();
      source.report();
      await source.close();
      if (!damage.every(({ isTornEnd }) => isTornEnd)) expect(readdirSync(join(root, 'damaged'))).toHaveLength(1);
      expect(segmentNumbers(readdirSync(folder))).toEqual([]);
    }),
    { numRuns: 60 },
  );
});

test('settled in any order, the spool is taken up again at the first event that is not', async () => {
  await fc.assert(
    fc.asyncProperty(
      events,
      fc.integer({ min: 1, max: 1500 }),
      fc.infiniteStream(fc.boolean()),
      async (given, segmentMaxBytes, chance) => {
        const { root, folder } = await written(given, segmentMaxBytes);
        const first = await readAll(folder, root);
        const isSettled = first.found.map(() => chance.next().value as boolean);
        for (const [index, { settle }] of [...first.found.entries()].reverse()) if (isSettled[index]) settle();
        first.source.report();
        await first.source.close();
        const open = isSettled.indexOf(false);
        const again = await readAll(folder, root);
        expect(again.found.map((one) => plain(one.event))).toEqual(open < 0 ? [] : given.slice(open).map(plain));
        await again.source.close();
        if (open < 0) expect(segmentNumbers(readdirSync(folder))).toEqual([]);
      },
    ),
    { numRuns: 40 },
  );
});

test('on a disk that fills up at any byte, what append took is there, and only that', async () => {
  await fc.assert(
    fc.asyncProperty(events, events, fc.nat(3000), fc.boolean(), async (before, after, roomBytes, failsToTruncate) => {
      const root = await newFolder();
      const folder = join(root, 'spool');
      mkdirSync(folder);
      const failing = new FailingFiles();
      Object.assign(failing, { roomBytes, failsToTruncate });
      const writer = new SegmentWriter(folder, failing.files, { segmentMaxBytes: 1_000_000, keepsRetired: true });
      const taken: ReadyEvent[] = [];
      const tryAppend = (one: ReadyEvent) => {
        try {
          writer.append(one);
          taken.push(one);
        } catch (error) {
          expect(error).toMatchObject({ code: 'ENOSPC' });
        }
      };
      for (const one of before) tryAppend(one);
      failing.roomBytes = undefined;
      for (const one of after) tryAppend(one);
      writer.close();
      const { source, found } = await readAll(folder, root);
      expect(found.map((one) => plain(one.event))).toEqual(taken.map(plain));
      expect(taken.length).toBeGreaterThanOrEqual(after.length);
      await source.close();
    }),
    { numRuns: 60 },
  );
});

test('the sum by hand is the one of zlib', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => tableCrc32(bytes) === crc32(bytes)));
  // The check value of CRC-32/ISO-HDLC in the catalogue of parametrised CRC algorithms.
  expect(tableCrc32(Buffer.from('123456789'))).toBe(0xcbf43926);
});
