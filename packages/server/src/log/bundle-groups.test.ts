import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import type { EntryFraming } from '../ports/entry-framing.js';
import { BUNDLES_PER_GROUP, BundleGroups, MAX_GROUP_BYTES } from './bundle-groups.js';

let asked: string[];
/** Bytes of each bundle of the log; 0 for one that has a gap. */
let sizes: number[];
let groups: BundleGroups;

beforeEach(() => {
  asked = [];
  const runBytes: EntryFraming['runBytes'] = async (tenant, from, to, run) => {
    asked.push(`${tenant} ${from / run}-${to / run}`);
    return Array.from({ length: (to - from) / run }, (_, i) => sizes[from / run + i] ?? 0);
  };
  groups = new BundleGroups({ runBytes } as EntryFraming);
});

const KIB = 1024;
const full = () => sizes.length;

/** All groups of the log, from its beginning on. */
async function allGroups(): Promise<(readonly [first: number, end: number] | undefined)[]> {
  const all = [];
  for (let index = 0; index < full(); ) {
    const group = await groups.groupOf('acme', index, full());
    all.push(group && ([group.first, group.end] as const));
    index = group?.end ?? index + 1;
  }
  return all;
}

describe('bundles that are read together', () => {
  test('are 32 where they are small', async () => {
    sizes = Array.from({ length: 70 }, () => 200 * KIB);
    expect(await allGroups()).toEqual([
      [0, 32],
      [32, 64],
      [64, 70],
    ]);
  });

  test('have 8 MiB at most; a larger one stands alone', async () => {
    sizes = [4096, 4096, 4096, 9000, 1, 8191, 1, 8192].map((kib) => kib * KIB);
    expect(await allGroups()).toEqual([
      [0, 2],
      [2, 3],
      [3, 4],
      [4, 6],
      [6, 7],
      [7, 8],
    ]);
  });

  test('do not reach over one that has a gap', async () => {
    sizes = [1, 1, 0, 0, 1, 0];
    expect(await allGroups()).toEqual([[0, 2], undefined, undefined, [4, 5], undefined]);
  });

  test('are within the bounds and without gaps, and the same whichever of them is asked for', async () => {
    const size = fc.oneof(fc.constant(0), fc.integer({ min: 512, max: 16 * 1024 * KIB }), fc.constant(512));
    await fc.assert(
      fc.asyncProperty(fc.array(size, { minLength: 1, maxLength: 600 }), fc.nat(), async (list, pick) => {
        sizes = list;
        const wanted = pick % list.length;
        const fresh = new BundleGroups({
          runBytes: async (_tenant: string, from: number, to: number) => list.slice(from / 256, to / 256),
        } as unknown as EntryFraming);
        const group = await fresh.groupOf('acme', wanted, list.length);
        expect(group === undefined).toBe(list[wanted] === 0);
        if (group === undefined) return;
        const { first, end, bytes } = group;
        expect(first <= wanted && wanted < end && end - first <= BUNDLES_PER_GROUP).toBe(true);
        expect(bytes).toEqual(list.slice(first, end));
        expect(bytes).not.toContain(0);
        if (end - first > 1) expect(bytes!.reduce((a, b) => a + b)).toBeLessThanOrEqual(MAX_GROUP_BYTES);
        for (let i = first; i < end; i++) expect(await fresh.groupOf('acme', i, list.length)).toEqual(group);
      }),
      { numRuns: 100 },
    );
  });
});

describe('sizes', () => {
  test('are asked for once for 256 bundles of a tenant', async () => {
    sizes = Array.from({ length: 600 }, () => KIB);
    await Promise.all([0, 255, 10, 256].map((index) => groups.groupOf('acme', index, full())));
    await groups.groupOf('acme', 511, full());
    await groups.groupOf('other', 0, 1);
    expect(asked).toEqual(['acme 0-256', 'acme 256-512', 'other 0-1']);
  });

  test('are asked for again when the log has grown beyond them, and not before', async () => {
    sizes = [KIB, KIB];
    await groups.groupOf('acme', 1, 2);
    await groups.groupOf('acme', 1, 3);
    sizes.push(KIB);
    expect(await groups.groupOf('acme', 2, 3)).toMatchObject({ first: 0, end: 3 });
    expect(asked).toEqual(['acme 0-2', 'acme 0-3']);
  });

  test('are asked for again by whoever came with a longer log while they were read', async () => {
    sizes = [KIB, KIB, KIB];
    const both = await Promise.all([groups.groupOf('acme', 0, 1), groups.groupOf('acme', 2, 3)]);
    expect(both).toMatchObject([
      { first: 0, end: 1 },
      { first: 0, end: 3 },
    ]);
  });

  test('that proved wrong are asked for again', async () => {
    sizes = [KIB, KIB];
    await groups.groupOf('acme', 1, 2);
    sizes = [KIB, 0];
    groups.forget('acme', 0);
    expect(await groups.groupOf('acme', 1, 2)).toBeUndefined();
  });
});

test('a store that does not tell sizes is read 8 bundles at a time, which is bounded too', async () => {
  const unknown = new BundleGroups(undefined);
  expect(await unknown.groupOf('acme', 40, 42)).toEqual({ first: 40, end: 42, bytes: undefined });
  expect(await unknown.groupOf('acme', 39, 42)).toEqual({ first: 32, end: 40, bytes: undefined });
});
