import { beforeEach, expect, test } from 'vitest';
import { type MemoryLog, memoryLog, TENANT } from '../../testing/memory-log.js';
import type { EventStore } from '../ports/store.js';
import { Tiles } from './tiles.js';

let memory: MemoryLog;
let asked: string[];
let tiles: Tiles;

beforeEach(() => {
  memory = memoryLog();
  asked = [];
  const { store } = memory.pipeline.ports;
  const counting = {
    nodeHashes: (tenant: string, level: number, from: number, to: number) => {
      asked.push(`${tenant} ${level} ${from}-${to}`);
      return store.nodeHashes(tenant, level, from, to);
    },
  };
  tiles = new Tiles(counting as EventStore);
});

test('a full tile is read once, and narrower ones are cut from it', async () => {
  await memory.grow(300);
  const full = await tiles.tile(TENANT, { level: 0, index: 0, width: 256 });
  const narrow = await tiles.tile(TENANT, { level: 0, index: 0, width: 7 });
  expect(Buffer.from(narrow)).toEqual(Buffer.from(full.subarray(0, 7 * 32)));
  expect(asked).toEqual(['acme 0 0-256']);
});

test('a partial tile is read each time, as it grows', async () => {
  await memory.grow(300);
  for (const width of [40, 44]) {
    expect(await tiles.tile(TENANT, { level: 0, index: 1, width })).toHaveLength(width * 32);
  }
  expect(asked).toEqual(['acme 0 256-296', 'acme 0 256-300']);
});

test('tenants have tiles of their own', async () => {
  await memory.grow(256);
  await memory.grow(256, 'other');
  const one = await tiles.tile(TENANT, { level: 0, index: 0, width: 256 });
  const other = await tiles.tile('other', { level: 0, index: 0, width: 256 });
  expect(Buffer.compare(one, other)).not.toBe(0);
});

test('a reader of the whole log brings many tiles with one look into the store, also when it asks for some at once', async () => {
  await memory.grow(70 * 256 + 5);
  const size = 70 * 256 + 5;
  const read = (index: number, width = 256) => tiles.tileInSequence(TENANT, { level: 0, index, width }, size);
  const together = await Promise.all([read(1), read(0), read(63, 9)]);
  expect(asked).toEqual(['acme 0 0-16384']);
  const alone = new Tiles(memory.pipeline.ports.store);
  for (const [i, [index, width]] of [
    [1, 256],
    [0, 256],
    [63, 9],
  ].entries()) {
    const tile = await alone.tile(TENANT, { level: 0, index: index!, width: width! });
    expect(Buffer.from(together[i]!)).toEqual(Buffer.from(tile));
  }
  await read(69);
  await read(64);
  await read(70, 5);
  expect(asked).toEqual(['acme 0 0-16384', 'acme 0 16384-17920', 'acme 0 17920-17925']);
});

test('whoever reads the tiles one after the other finds the next ones read already', async () => {
  await memory.grow(150 * 256 + 5);
  for (let index = 0; index < 150; index++) {
    const before = asked.length;
    await tiles.tileInSequence(TENANT, { level: 0, index, width: 256 }, 150 * 256 + 5);
    if (index > 0 && index % 64 === 0) expect(asked).toHaveLength(before);
  }
  expect(asked).toEqual(['acme 0 0-16384', 'acme 0 16384-32768', 'acme 0 32768-38400']);
});
