import {
  ed25519Verifier,
  GrowingTree,
  hashesAtLevel,
  leafHash,
  openCheckpoint,
  tilesForSize,
  verifyConsistency,
  verifyReceipt,
} from '@attestlog/tlog';
import { beforeEach, describe, expect, test } from 'vitest';
import { type MemoryLog, memoryLog, ORIGIN, TENANT } from '../../testing/memory-log.js';
import { type PublishedCheckpoint, publishedKey } from './published-checkpoint.js';

let memory: MemoryLog;

beforeEach(() => {
  memory = memoryLog();
});

/** The hashes of a tree, level by level, as `@attestlog/tlog` computes them. */
function hashesOf(entries: readonly Uint8Array[]): { levels: Uint8Array[][]; roots: Uint8Array[] } {
  const levels: Uint8Array[][] = [];
  const roots: Uint8Array[] = [];
  const tree = new GrowingTree(undefined, (level, index, hash) => {
    levels[level] ??= [];
    levels[level][index] = hash;
  });
  roots.push(tree.root());
  for (const entry of entries) {
    tree.append(leafHash(entry));
    roots.push(tree.root());
  }
  return { levels, roots };
}

function entriesOf(log: MemoryLog): Uint8Array[] {
  return log.pipeline.world.store.rows.toSorted((a, b) => a.index - b.index).map(({ entry }) => entry);
}

describe('tiles', () => {
  test('of the sizes around their borders are those of the tree, as are the partial ones of every earlier size', async () => {
    let size = 0;
    for (const next of [1, 2, 255, 256, 257, 511, 512, 513, 1000]) {
      await memory.grow(next - size);
      size = next;
      const { levels } = hashesOf(entriesOf(memory));
      for (const tile of tilesForSize(size)) {
        const hashes = levels[tile.level]!.slice(tile.index * 256, tile.index * 256 + tile.width);
        const expected = Buffer.concat(hashes);
        expect(Buffer.compare(await memory.log.tile(TENANT, tile), expected)).toBe(0);
        for (const width of [1, 17, 255].filter((narrow) => narrow < tile.width)) {
          const narrow = await memory.log.tile(TENANT, { ...tile, width });
          expect(Buffer.compare(narrow, expected.subarray(0, width * 32))).toBe(0);
        }
      }
    }
  });

  test('that the tree does not have are unknown', async () => {
    await memory.grow(300);
    for (const [level, index, width] of [
      [0, 1, 45],
      [0, 1, 256],
      [0, 2, 1],
      [1, 0, 2],
      [1, 0, 256],
      [2, 0, 1],
      [63, 0, 1],
      [0, 0, 0],
      [0, Number.MAX_SAFE_INTEGER, 1],
    ] as const) {
      await expect(memory.log.tile(TENANT, { level, index, width })).rejects.toMatchObject({ code: 'tile-unknown' });
    }
    await expect(memory.log.bundle(TENANT, 1, 45)).rejects.toMatchObject({ code: 'tile-unknown' });
    await expect(memory.log.bundle(TENANT, 2, 1)).rejects.toMatchObject({ code: 'tile-unknown' });
    expect(hashesAtLevel(1, 300)).toBe(1);
  });

  test('entries that are gone make their bundle unknown, and no hash tile', async () => {
    await memory.grow(10);
    memory.pipeline.world.store.rows.splice(4, 1);
    await expect(memory.log.bundle(TENANT, 0, 10)).rejects.toMatchObject({ code: 'tile-unknown' });
    expect(await memory.log.bundle(TENANT, 0, 4)).toBeInstanceOf(Uint8Array);
    expect(await memory.log.tile(TENANT, { level: 0, index: 0, width: 10 })).toHaveLength(320);
  });
});

describe('consistency proofs', () => {
  test('between any two sizes hold', async () => {
    await memory.grow(300);
    const { roots } = hashesOf(entriesOf(memory));
    for (const [from, to] of [
      [1, 1],
      [1, 300],
      [255, 256],
      [256, 257],
      [255, 300],
      [300, 300],
    ] as const) {
      const proof = await memory.log.consistency(TENANT, from, to);
      expect(verifyConsistency(from, to, proof, roots[from]!, roots[to]!)).toBe(true);
    }
  });

  test.each([
    [0, 5],
    [6, 5],
    [1, 11],
    [11, 11],
  ])('from %i to %i of 10 are refused', async (from, to) => {
    await memory.grow(10);
    await expect(memory.log.consistency(TENANT, from, to)).rejects.toMatchObject({ code: 'log-range-invalid' });
  });
});

describe('checkpoints', () => {
  test('are of the tree, and of an empty one before the first event', async () => {
    expect(openCheckpoint(await memory.log.checkpoint(TENANT), [await memory.verifier()]).size).toBe(0);
    await memory.grow(5);
    const opened = openCheckpoint(
      await memory.log.checkpoint(TENANT),
      [await memory.verifier()],
      `${ORIGIN}/${TENANT}`,
    );
    const { roots } = hashesOf(entriesOf(memory));
    expect([opened.size, Buffer.compare(opened.root, roots[5]!)]).toEqual([5, 0]);
  });

  test('show only what is committed', async () => {
    await memory.grow(5);
    memory.pipeline.world.registry.documents.delete('sequencer.0');
    const { registry } = memory.pipeline.ports;
    const head = await registry.get<{ current: { through: number; size: number } }>(`head.${TENANT}`);
    const ahead = { current: { ...head!.value.current, size: 9, through: 99 }, previous: head!.value.current };
    await registry.put(`head.${TENANT}`, ahead, head!.revision);
    expect((await memory.log.head(TENANT)).size).toBe(5);
  });

  test('are the same bytes for the same tree, in every process', async () => {
    await memory.grow(5);
    expect(await memory.anotherView().checkpoint(TENANT)).toBe(await memory.log.checkpoint(TENANT));
  });

  test('are signed by all active keys; retired ones verify what they signed', async () => {
    await memory.grow(5);
    const old = await memory.log.checkpoint(TENANT);
    memory.keys.active = [2, 1];
    const view = memory.anotherView();
    const names = await view.verifierKeys(TENANT);
    expect(names).toHaveLength(2);
    const both = await view.checkpoint(TENANT);
    for (const name of names) expect(openCheckpoint(both, [ed25519Verifier(name)]).size).toBe(5);
    memory.keys.active = [2];
    memory.keys.retired = [1];
    const after = memory.anotherView();
    const [newest, retired] = (await after.verifierKeys(TENANT)).map(ed25519Verifier);
    expect(openCheckpoint(old, [retired!]).size).toBe(5);
    expect(() => openCheckpoint(old, [newest!])).toThrow();
    expect(openCheckpoint(await after.checkpoint(TENANT), [newest!]).signatures).toHaveLength(1);
  });
});

describe('receipts', () => {
  test('prove their entries to whoever has the key', async () => {
    await memory.grow(300);
    const entries = entriesOf(memory);
    for (const index of [0, 255, 256, 299]) {
      const receipt = await memory.log.receipt(TENANT, index);
      const verified = verifyReceipt(receipt, entries[index]!, [await memory.verifier()], `${ORIGIN}/${TENANT}`);
      expect([verified.index, verified.size]).toEqual([index, 300]);
      expect(() => verifyReceipt(receipt, entries[(index + 1) % 300]!, [])).toThrow();
    }
  });

  test('of what is not in the log are refused', async () => {
    await memory.grow(3);
    await expect(memory.log.receipt(TENANT, 3)).rejects.toMatchObject({ code: 'event-unknown' });
    await expect(memory.log.receipt('nobody', 0)).rejects.toMatchObject({ code: 'event-unknown' });
  });
});

describe('a log with witnesses', () => {
  beforeEach(() => {
    memory = memoryLog(true);
  });

  const sizeOf = async () => openCheckpoint(await memory.log.checkpoint(TENANT), [await memory.verifier()]).size;

  test('publishes what it shows first, and shows the same until it publishes again', async () => {
    expect(await sizeOf()).toBe(0);
    await memory.grow(5);
    expect(await sizeOf()).toBe(5);
    await memory.grow(4);
    expect(await sizeOf()).toBe(5);
    const document = await memory.pipeline.ports.registry.get<PublishedCheckpoint>(publishedKey(TENANT));
    expect(document?.value).toMatchObject({ size: 5, witnessed: {} });
  });

  test('shows the same to all who ask first at once', async () => {
    await memory.grow(5);
    const views = Array.from({ length: 5 }, () => memory.anotherView());
    expect(new Set(await Promise.all(views.map((view) => view.checkpoint(TENANT)))).size).toBe(1);
  });

  test('gives receipts against what is published, and against the tree for what came later', async () => {
    await memory.grow(5);
    await memory.log.checkpoint(TENANT);
    await memory.grow(4);
    const entries = entriesOf(memory);
    const sizes = [];
    for (const index of [4, 5]) {
      const receipt = await memory.log.receipt(TENANT, index);
      sizes.push(verifyReceipt(receipt, entries[index]!, [await memory.verifier()]).size);
    }
    expect(sizes).toEqual([5, 9]);
  });

  test('shows the published size under a new key too, with the signatures that it had', async () => {
    await memory.grow(5);
    await memory.log.checkpoint(TENANT);
    await memory.grow(4);
    memory.keys.active = [2];
    memory.keys.retired = [1];
    const view = memory.anotherView();
    const note = await view.checkpoint(TENANT);
    for (const key of await view.verifierKeys(TENANT))
      expect(openCheckpoint(note, [ed25519Verifier(key)]).size).toBe(5);
  });

  test('whose keys are all lost goes on with what it has', async () => {
    await memory.grow(5);
    await memory.log.checkpoint(TENANT);
    memory.keys.active = [7];
    const view = memory.anotherView();
    const [key] = await view.verifierKeys(TENANT);
    expect(openCheckpoint(await view.checkpoint(TENANT), [ed25519Verifier(key!)]).size).toBe(5);
  });
});
