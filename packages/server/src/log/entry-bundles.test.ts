import { decodeBundle, encodeBundle } from '@attestlog/tlog';
import { beforeEach, describe, expect, test } from 'vitest';
import type { EntryFraming } from '../ports/entry-framing.js';
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

function storedEntry(index: number): StoredEntry {
  return { index, position: index, entry: entryOf(index), sealed: undefined };
}

/** Bundles over a log whose entries follow from their indexes. */
function bundlesOf(): EntryBundles {
  const entries = async (tenant: string, from: number, to: number): Promise<StoredEntry[]> => {
    asked.push(`${tenant} ${from}-${to}`);
    const found: StoredEntry[] = [];
    for (let index = from; index < to; index++) {
      if (!removed.has(index)) found.push(storedEntry(index));
    }
    return found;
  };
  return new EntryBundles({ entries } as EventStore);
}

/** The same over a store that frames entries itself. */
function framedBundlesOf(): EntryBundles {
  const whole = (from: number, to: number) => expected(from, to - from);
  const framing: EntryFraming = {
    runBytes: async (tenant, from, to, run) => {
      asked.push(`${tenant} sizes ${from}-${to}`);
      const starts = Array.from({ length: (to - from) / run }, (_, i) => from + i * run);
      return starts.map((start) => {
        const isWhole = Array.from({ length: run }, (_, i) => start + i).every((index) => !removed.has(index));
        return isWhole ? whole(start, start + run).length : 0;
      });
    },
    entries: async (tenant, from, to) => {
      asked.push(`${tenant} ${from}-${to}`);
      const runs = Array.from({ length: (to - from) / 256 }, (_, i) => from + i * 256);
      return Buffer.concat(runs.map((start) => entriesAt(start)));
    },
  };
  const entriesAt = (start: number) => {
    const indexes = Array.from({ length: 256 }, (_, i) => start + i).filter((index) => !removed.has(index));
    return encodeBundle(indexes.map(entryOf));
  };
  return new EntryBundles({ framing } as EventStore);
}

function expected(first: number, count: number): Uint8Array {
  return encodeBundle(Array.from({ length: count }, (_, i) => entryOf(first + i)));
}

test('a bundle has its entries, and those that follow are read with it', async () => {
  const bundles = bundlesOf();
  const size = 8 * 256 + 5;
  for (const index of [0, 1, 7]) {
    expect(await bundles.bundle('acme', index, 256, size)).toEqual(expected(index * 256, 256));
  }
  expect(asked).toEqual(['acme 0-2048']);
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
  await Promise.all(Array.from({ length: 8 }, (_, index) => bundles.bundle('acme', index, 256, 2048)));
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
  // 2048 entries of a group are 24 MiB: two groups are kept, and a third one is not.
  entryBytes = 12 * 1024;
  const bundles = bundlesOf();
  const size = 4 * 2048;
  for (const index of [0, 8, 0, 16, 0, 8]) await bundles.bundle('acme', index, 256, size);
  expect(asked.map((each) => each.split(' ')[1])).toEqual(['0-2048', '2048-4096', '4096-6144', '2048-4096']);
});

test('a group that is too large for it is not kept', async () => {
  entryBytes = 17 * 1024;
  const bundles = bundlesOf();
  for (let i = 0; i < 2; i++) await bundles.bundle('acme', 0, 256, 2048);
  expect(asked).toHaveLength(2);
});

test('a read that failed is made again', async () => {
  let failures = 1;
  const entries = async () => {
    if (failures-- > 0) throw new Error('once');
    return Array.from({ length: 256 }, (_, index) => storedEntry(index));
  };
  const bundles = new EntryBundles({ entries } as unknown as EventStore);
  await expect(bundles.bundle('acme', 0, 256, 256)).rejects.toThrow('once');
  expect(await bundles.bundle('acme', 0, 256, 256)).toEqual(expected(0, 256));
});

describe('over a store that frames entries', () => {
  const SIZE = 70 * 256 + 5;

  test('a bundle has its entries, and those that follow are read with it', async () => {
    const bundles = framedBundlesOf();
    for (const index of [0, 1, 31, 69]) {
      const bundle = await bundles.bundle('acme', index, 256, SIZE);
      expect(Buffer.compare(bundle!, expected(index * 256, 256))).toBe(0);
    }
    expect(asked.filter((each) => !each.includes('sizes'))).toEqual(['acme 0-8192', 'acme 16384-17920']);
  });

  test('whoever reads on finds the next ones read already', async () => {
    const bundles = framedBundlesOf();
    for (let index = 0; index < 70; index++) {
      const before = asked.length;
      await bundles.bundle('acme', index, 256, SIZE);
      if (index === 32 || index === 64) expect(asked).toHaveLength(before);
    }
    const reads = asked.filter((each) => !each.includes('sizes'));
    expect(reads).toEqual(['acme 0-8192', 'acme 8192-16384', 'acme 16384-17920']);
  });

  test('what is read at a time is bounded in bytes', async () => {
    entryBytes = 16 * 1024;
    const bundles = framedBundlesOf();
    await bundles.bundle('acme', 0, 256, SIZE);
    entryBytes = 65_535;
    const large = framedBundlesOf();
    await large.bundle('acme', 0, 256, SIZE);
    expect(asked.filter((each) => !each.includes('sizes'))).toEqual([
      'acme 0-256',
      'acme 256-512',
      'acme 0-256',
      'acme 256-512',
    ]);
  });

  test('where an entry is gone, its bundle is gone and is not read, and the others are there', async () => {
    removed.add(300);
    const bundles = framedBundlesOf();
    expect(await bundles.bundle('acme', 1, 256, 1024)).toBeUndefined();
    expect(asked).toEqual(['acme sizes 0-1024']);
    for (const index of [0, 2, 3]) {
      const bundle = await bundles.bundle('acme', index, 256, 1024);
      expect(Buffer.compare(bundle!, expected(index * 256, 256))).toBe(0);
    }
  });

  test('where entries go while they are read, the first to ask is told to ask again', async () => {
    const bundles = framedBundlesOf();
    await bundles.bundle('acme', 40, 256, SIZE);
    removed.add(300);
    await expect(bundles.bundle('acme', 0, 256, SIZE)).rejects.toMatchObject({ code: 'store-unavailable' });
    expect(await bundles.bundle('acme', 1, 256, SIZE)).toBeUndefined();
    expect(Buffer.compare((await bundles.bundle('acme', 0, 256, SIZE))!, expected(0, 256))).toBe(0);
  });
});
