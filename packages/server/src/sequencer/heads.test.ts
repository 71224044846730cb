import { beforeEach, describe, expect, test } from 'vitest';
import { openMemoryRegistry } from '../adapters/memory/memory-registry.js';
import { MemoryWorld } from '../adapters/memory/memory-world.js';
import type { Registry } from '../ports/registry.js';
import { encodeHead, type Head, headKey } from './head.js';
import { Heads, isConflict, readHead, StaleSequencerError } from './heads.js';

function headOf(size: number, through: number, fill = size): Head {
  return { size, root: new Uint8Array(32).fill(fill), edge: [new Uint8Array(32).fill(fill)], through };
}

let registry: Registry;
let heads: Heads;

beforeEach(() => {
  registry = openMemoryRegistry(new MemoryWorld().registry);
  heads = new Heads(registry, 100);
});

/** Loads and writes one tenant's head, as one batch does. */
async function write(writer: Heads, head: Head, committed: number): Promise<void> {
  await writer.load(['acme'], committed);
  await writer.write(new Map([['acme', head]]), committed);
}

test('a head counts from the moment its batch is committed; until then the one before it does', async () => {
  await write(heads, headOf(3, 10), 0);
  expect(await readHead(registry, 'acme', 9)).toBeUndefined();
  expect((await readHead(registry, 'acme', 10))?.size).toBe(3);
  await write(heads, headOf(5, 20), 10);
  expect((await readHead(registry, 'acme', 19))?.size).toBe(3);
  expect((await readHead(registry, 'acme', 20))?.size).toBe(5);
  expect((await heads.load(['acme', 'other'], 20)).get('acme')?.size).toBe(5);
  expect((await heads.load(['acme', 'other'], 20)).has('other')).toBe(false);
});

describe('two sequencers that write the same batch', () => {
  test('agree: the second one takes over what the first has written', async () => {
    const second = new Heads(registry, 100);
    await second.load(['acme'], 0);
    await write(heads, headOf(3, 10), 0);
    await second.write(new Map([['acme', headOf(3, 10)]]), 0);
    await second.write(new Map([['acme', headOf(3, 10)]]), 0);
    await write(second, headOf(5, 20), 10);
    expect((await readHead(registry, 'acme', 20))?.size).toBe(5);
  });

  test('and make two trees of it have forked the log: that is fatal', async () => {
    const second = new Heads(registry, 100);
    await second.load(['acme'], 0);
    await write(heads, headOf(3, 10), 0);
    const otherRoot = new Map([['acme', headOf(3, 10, 77)]]);
    await expect(second.write(otherRoot, 0)).rejects.toMatchObject({ kind: 'corrupt' });
    await expect(heads.write(otherRoot, 0)).rejects.toMatchObject({ kind: 'corrupt' });
    await expect(heads.write(new Map([['acme', headOf(4, 10)]]), 0)).rejects.toMatchObject({ kind: 'corrupt' });
  });
});

test('a sequencer that was overtaken is told, and its head is not written', async () => {
  const slow = new Heads(registry, 100);
  await slow.load(['acme'], 0);
  await write(heads, headOf(3, 10), 0);
  await write(heads, headOf(5, 20), 10);
  await expect(slow.write(new Map([['acme', headOf(3, 10)]]), 0)).rejects.toBeInstanceOf(StaleSequencerError);
  await expect(write(new Heads(registry, 100), headOf(3, 10), 0)).rejects.toBeInstanceOf(StaleSequencerError);
  expect((await readHead(registry, 'acme', 20))?.size).toBe(5);
});

test('a batch that was begun and failed is written again over the head before it', async () => {
  await write(heads, headOf(3, 10), 0);
  await write(heads, headOf(5, 20), 10);
  heads.forget();
  await write(heads, headOf(5, 20), 10);
  expect((await readHead(registry, 'acme', 10))?.size).toBe(3);
});

test('heads in memory are bounded; the least recently used ones are read again', async () => {
  const asked: string[][] = [];
  const counting: Registry = {
    ...registry,
    getMany: <T>(keys: readonly string[]) => {
      asked.push([...keys]);
      return registry.getMany<T>(keys);
    },
  };
  const few = new Heads(counting, 2);
  for (const tenants of [
    ['a', 'b'],
    ['a', 'c'],
    ['a', 'b', 'c', 'd'],
    ['a', 'd'],
  ])
    await few.load(tenants, 0);
  expect(asked).toEqual([['a', 'b'], ['c'], ['b', 'd'], []].map((tenants) => tenants.map(headKey)));
});

test('only conflicts and stale sequencers are conflicts', async () => {
  await registry.put('head.acme', { current: encodeHead(headOf(1, 1)), previous: null }, 0);
  const error = await registry.put('head.acme', 'x', 0).catch((failure: unknown) => failure);
  expect(isConflict(error)).toBe(true);
  expect(isConflict(new StaleSequencerError('x'))).toBe(true);
  expect(isConflict(new Error('x'))).toBe(false);
});
