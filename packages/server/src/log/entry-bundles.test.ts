import { decodeBundle, encodeBundle } from '@attestlog/tlog';
import { beforeEach, describe, expect, test } from 'vitest';
import type { EventStore, StoredEntry } from '../ports/store.js';
import { EntryBundles } from './entry-bundles.js';

let asked: string[];
let removed: Set<number>;
let entryBytes: number;

beforeEach(() => {
  asked = [];
  removed = new Set();
  entryBytes = 12;
});

function entryOf(index: number): Uint8Array {
  return Buffer.alloc(entryBytes, `${index}|`);
}

/** Bundles over a log whose entries follow from their indexes. */
function bundlesOf(): EntryBundles {
  const entries = async (tenant: string, from: number, to: number): Promise<StoredEntry[]> => {
    asked.push(`${tenant} ${from}-${to}`);
    const found: StoredEntry[] = [];
    for (let index = from; index < to; index++) {
      if (!removed.has(index)) found.push({ index, position: index, entry: entryOf(index) });
    }
    return found;
  };
  return new EntryBundles({ entries } as EventStore);
}

function expected(first: number, count: number): Uint8Array {
  return encodeBundle(Array.from({ length: count }, (_, i) => entryOf(first + i)));
}

test('a bundle has its entries, and those that follow are read with it', async () => {
  const bundles = bundlesOf();
  const size = 32 * 256 + 5;
  for (const index of [0, 1, 31]) {
    expect(await bundles.bundle('acme', index, 256, size)).toEqual(expected(index * 256, 256));
  }
  expect(asked).toEqual(['acme 0-8192']);
});

test('a group that is not full yet is read up to its last full bundle, and again when there is another one', async () => {
  const bundles = bundlesOf();
  for (const size of [3 * 256 + 9, 3 * 256 + 200, 4 * 256]) {
    expect(await bundles.bundle('acme', 2, 256, size)).toEqual(expected(512, 256));
  }
  expect(asked).toEqual(['acme 0-768', 'acme 0-1024']);
});

test('a partial bundle is read for itself, and has just its width', async () => {
  const bundles = bundlesOf();
  const bundle = await bundles.bundle('acme', 1, 9, 300);
  expect(decodeBundle(bundle!, 9)).toHaveLength(9);
  expect(bundle).toEqual(expected(256, 9));
  expect(asked).toEqual(['acme 256-265']);
});

test('many who ask at once share one read', async () => {
  const bundles = bundlesOf();
  await Promise.all(Array.from({ length: 10 }, (_, index) => bundles.bundle('acme', index, 256, 8192)));
  expect(asked).toHaveLength(1);
});

describe('where an entry is gone', () => {
  test('its bundle is gone, and the others are there', async () => {
    removed.add(300);
    const bundles = bundlesOf();
    expect(await bundles.bundle('acme', 1, 256, 1024)).toBeUndefined();
    expect(await bundles.bundle('acme', 0, 256, 1024)).toEqual(expected(0, 256));
    expect(await bundles.bundle('acme', 2, 256, 1024)).toEqual(expected(512, 256));
  });

  test('so is each partial bundle that would have it', async () => {
    removed.add(300);
    const bundles = bundlesOf();
    expect(await bundles.bundle('acme', 1, 45, 302)).toBeUndefined();
    expect(await bundles.bundle('acme', 1, 44, 302)).toEqual(expected(256, 44));
  });
});

test('what is kept is bounded in bytes; what was not read for long goes first', async () => {
  // 8192 entries of a group are 24 MiB: two groups are kept, and a third one is not.
  entryBytes = 3 * 1024;
  const bundles = bundlesOf();
  const size = 4 * 8192;
  for (const index of [0, 32, 0, 64, 0, 32]) await bundles.bundle('acme', index, 256, size);
  expect(asked.map((each) => each.split(' ')[1])).toEqual(['0-8192', '8192-16384', '16384-24576', '8192-16384']);
});

test('a group that is too large for it is not kept', async () => {
  entryBytes = 5 * 1024;
  const bundles = bundlesOf();
  for (let i = 0; i < 2; i++) await bundles.bundle('acme', 0, 256, 8192);
  expect(asked).toHaveLength(2);
});

test('a read that failed is made again', async () => {
  let failures = 1;
  const entries = async () => {
    if (failures-- > 0) throw new Error('once');
    return Array.from({ length: 256 }, (_, index) => ({ index, position: index, entry: entryOf(index) }));
  };
  const bundles = new EntryBundles({ entries } as unknown as EventStore);
  await expect(bundles.bundle('acme', 0, 256, 256)).rejects.toThrow('once');
  expect(await bundles.bundle('acme', 0, 256, 256)).toEqual(expected(0, 256));
});
