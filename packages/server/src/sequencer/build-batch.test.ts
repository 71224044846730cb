import { GrowingTree, leafHash } from '@attestlog/tlog';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MemoryPipeline, RULE } from '../../testing/memory-pipeline.js';
import { NOW_NS } from '../../testing/sample-records.js';
import { positionOf } from '../ports/position.js';
import { type BatchContext, type BuiltBatch, buildBatch } from './build-batch.js';
import type { Head } from './head.js';

const EVERYTHING = Number.MAX_SAFE_INTEGER;
const noHeads = async () => new Map<string, Head>();

function contextOf(pipeline: MemoryPipeline, yieldToLoop = () => Promise.resolve()): BatchContext {
  const { recentIds, hasher, ports } = pipeline;
  return { store: ports.store, recentIds, hasher, rule: RULE, yieldToLoop };
}

/** Builds a batch of all that is in the journal. */
async function build(pipeline: MemoryPipeline, heads = noHeads): Promise<BuiltBatch> {
  const chunks = await pipeline.ports.journal.read(0, EVERYTHING);
  return buildBatch(chunks, 0, chunks.at(-1)?.sequence ?? 0, heads, contextOf(pipeline));
}

test('every tenant gets dense indexes, in the order of the journal, and the root of its own tree', async () => {
  const appends = fc.array(
    fc.record({ tenant: fc.constantFrom('a', 'b', 'c'), count: fc.integer({ min: 1, max: 9 }) }),
    {
      maxLength: 12,
    },
  );
  await fc.assert(
    fc.asyncProperty(appends, async (calls) => {
      const pipeline = new MemoryPipeline();
      let made = 0;
      for (const { tenant, count } of calls) {
        await pipeline.append(tenant, ...Array.from({ length: count }, () => ({ id: `e${made++}` })));
      }
      const built = await build(pipeline);
      expect(built.events).toHaveLength(made);
      expect(built.sealed).toHaveLength(made);
      for (const [tenant, head] of built.heads) {
        const rows = built.events.filter((row) => row.tenant === tenant);
        expect(rows.map(({ index }) => index)).toEqual(rows.map((_, i) => i));
        const positions = rows.map(({ position }) => position);
        expect(positions).toEqual(positions.toSorted((x, y) => x - y));
        const tree = new GrowingTree();
        for (const { entry } of rows) tree.append(leafHash(entry));
        expect([head.size, Buffer.compare(head.root, tree.root())]).toEqual([rows.length, 0]);
        expect(built.nodes.filter((node) => node.tenant === tenant && node.level === 0)).toHaveLength(rows.length);
      }
    }),
    { numRuns: 50 },
  );
});

test('a tree goes on from the head before it', async () => {
  const pipeline = new MemoryPipeline();
  await pipeline.append('acme', { id: 'a' }, { id: 'b' });
  const before = (await build(pipeline)).heads.get('acme')!;
  const next = new MemoryPipeline();
  await next.append('acme', { id: 'c' });
  const built = await build(next, async () => new Map([['acme', before]]));
  expect(built.events.map(({ index }) => index)).toEqual([2]);
  expect(built.heads.get('acme')).toMatchObject({ size: 3, through: 1 });
});

describe('repeats', () => {
  test('inside a batch are dropped but for the first, each tenant by itself', async () => {
    const pipeline = new MemoryPipeline();
    await pipeline.append('acme', { id: 'a', message: 'first' }, { id: 'b' }, { id: 'a', message: 'second' });
    await pipeline.append('other', { id: 'a' });
    await pipeline.append('acme', { id: 'a', message: 'third' });
    const built = await build(pipeline);
    expect(built.repeats).toBe(2);
    expect(built.events.map(({ tenant, position }) => [tenant, position])).toEqual([
      ['acme', positionOf(1, 0)],
      ['acme', positionOf(1, 1)],
      ['other', positionOf(2, 0)],
    ]);
    expect(Buffer.from(built.events[0]!.entry).toString()).toContain('first');
  });

  test('follow the same rule inside a batch as across batches', async () => {
    const record = fc.record({
      id: fc.constantFrom('a', 'b'),
      receivedAtNs: fc.constantFrom(NOW_NS, NOW_NS + RULE.windowNs, NOW_NS + 2n * RULE.windowNs + 1n),
      timeNs: fc.constantFrom(5n, 6n, NOW_NS),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(record, { maxLength: 8 }), async (records) => {
        const atOnce = new MemoryPipeline();
        if (records.length > 0) await atOnce.append('acme', ...records);
        await atOnce.sealAll();
        const oneByOne = new MemoryPipeline();
        for (const each of records) {
          await oneByOne.append('acme', each);
          await oneByOne.sealAll();
        }
        const entries = (pipeline: MemoryPipeline) =>
          pipeline.world.store.rows.map(({ index, entry }) => [index, Buffer.from(entry).toString()]);
        expect(entries(atOnce)).toEqual(entries(oneByOne));
      }),
      { numRuns: 150 },
    );
  });

  test('of what is sealed before are dropped, and a batch of nothing else changes no head', async () => {
    const pipeline = new MemoryPipeline();
    await pipeline.append('acme', { id: 'a' });
    await pipeline.sealAll();
    await pipeline.append('acme', { id: 'a', timeNs: 77n });
    const chunks = await pipeline.ports.journal.read(1, EVERYTHING);
    const built = await buildBatch(chunks, 1, 2, noHeads, contextOf(pipeline));
    expect(built).toMatchObject({ events: [], nodes: [], sealed: [], repeats: 1 });
    expect(built.heads.size).toBe(0);
  });
});

test('many tenants are one call for their heads, and other work has its turn', async () => {
  const pipeline = new MemoryPipeline();
  for (let i = 0; i < 2500; i++) await pipeline.append(`t${i}`, { id: 'a' });
  let turns = 0;
  const asked: number[] = [];
  const chunks = await pipeline.ports.journal.read(0, EVERYTHING);
  const context = contextOf(pipeline, async () => {
    turns += 1;
  });
  const loadHeads = async (tenants: readonly string[]) => {
    asked.push(tenants.length);
    return new Map<string, Head>();
  };
  const built = await buildBatch(chunks, 0, 2500, loadHeads, context);
  expect([built.heads.size, turns, asked]).toEqual([2500, 2, [2500]]);
});
