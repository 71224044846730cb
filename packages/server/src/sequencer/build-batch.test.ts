import { GrowingTree, leafHash } from '@attestlog/tlog';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MemoryPipeline, RULE } from '../../testing/memory-pipeline.js';
import { NOW_NS } from '../../testing/sample-records.js';
import { type EventRow, eventRows, nodeRows, type TreeNodeRow } from '../ports/batch-columns.js';
import { positionOf } from '../ports/position.js';
import { type BuiltBatch, buildBatch } from './build-batch.js';
import type { RepeatContext } from './fresh-records.js';
import type { Head } from './head.js';
import { Pace } from './pace.js';
import { PreparedBatch } from './prepared-batch.js';

const EVERYTHING = Number.MAX_SAFE_INTEGER;
const noHeads = async () => new Map<string, Head>();

function contextOf(pipeline: MemoryPipeline, yieldToLoop = () => Promise.resolve()): RepeatContext {
  const { recentIds, ports, clock } = pipeline;
  return { store: ports.store, recentIds, rule: RULE, pace: new Pace(clock, yieldToLoop, 0) };
}

async function prepare({ ports, hasher }: MemoryPipeline, after = 0): Promise<PreparedBatch> {
  const batch = new PreparedBatch(after, hasher);
  for (const chunk of await ports.journal.read(after, EVERYTHING)) batch.add(chunk);
  return batch;
}

/** Builds a batch of all that is in the journal. */
async function build(pipeline: MemoryPipeline, loadHeads = noHeads): Promise<BuiltBatch & Rows> {
  const built = await buildBatch(await prepare(pipeline), 0, loadHeads, contextOf(pipeline));
  return { ...built, ...rowsOf(built) };
}

interface Rows {
  eventRows: EventRow[];
  nodeRows: TreeNodeRow[];
}

function rowsOf(built: BuiltBatch): Rows {
  const batch = { token: 'any', ...built };
  return { eventRows: eventRows(batch), nodeRows: nodeRows(batch) };
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
      expect(built.eventRows).toHaveLength(made);
      expect([...built.records]).toEqual(built.eventRows.map((_, i) => i));
      for (const [tenant, head] of built.heads) {
        const rows = built.eventRows.filter((row) => row.tenant === tenant);
        expect(rows.map(({ index }) => index)).toEqual(rows.map((_, i) => i));
        const positions = rows.map(({ position }) => position);
        expect(positions).toEqual(positions.toSorted((x, y) => x - y));
        const nodes: TreeNodeRow[] = [];
        const tree = new GrowingTree(undefined, (level, index, hash) => nodes.push({ tenant, level, index, hash }));
        for (const { entry } of rows) tree.append(leafHash(entry));
        expect([head.size, Buffer.compare(head.root, tree.root())]).toEqual([rows.length, 0]);
        expect(told(built.nodeRows.filter((node) => node.tenant === tenant))).toEqual(told(nodes));
      }
    }),
    { numRuns: 50 },
  );
});

/** Nodes as text, in an order that does not depend on where they came from. */
function told(nodes: readonly TreeNodeRow[]): string[] {
  return nodes.map(({ level, index, hash }) => `${level}/${index} ${Buffer.from(hash).toString('hex')}`).sort();
}

test('every record has its row, and every hash of a tile its own, across the borders of runs and of tiles', async () => {
  const pipeline = new MemoryPipeline();
  const counts = [300, 1, 700, 2, 600];
  for (const [i, count] of counts.entries()) {
    const records = Array.from({ length: count }, (_, j) => ({ id: `e${i}-${j}`, message: `${i} ${j}` }));
    await pipeline.append(i % 2 === 0 ? 'acme' : 'other', ...records);
  }
  const built = await build(pipeline);
  const acme = built.eventRows.filter(({ tenant }) => tenant === 'acme');
  expect(acme.map(({ index }) => index)).toEqual(Array.from({ length: 1600 }, (_, i) => i));
  const nodes: TreeNodeRow[] = [];
  const tree = new GrowingTree(undefined, (level, index, hash) => nodes.push({ tenant: 'acme', level, index, hash }));
  for (const { entry } of acme) tree.append(leafHash(entry));
  expect(nodes.filter(({ level }) => level === 1)).toHaveLength(6);
  expect(told(built.nodeRows.filter(({ tenant }) => tenant === 'acme'))).toEqual(told(nodes));
});

test('a tree goes on from the head before it', async () => {
  const pipeline = new MemoryPipeline();
  await pipeline.append('acme', { id: 'a' }, { id: 'b' });
  const before = (await build(pipeline)).heads.get('acme')!;
  const next = new MemoryPipeline();
  await next.append('acme', { id: 'c' });
  const built = await build(next, async () => new Map([['acme', before]]));
  expect(built.eventRows.map(({ index }) => index)).toEqual([2]);
  expect(built.heads.get('acme')).toMatchObject({ size: 3, through: 1 });
});

describe('repeats', () => {
  test('inside a batch are dropped but for the first, each tenant by itself', async () => {
    const pipeline = new MemoryPipeline();
    await pipeline.append('acme', { id: 'a', message: 'first' }, { id: 'b' }, { id: 'a', message: 'second' });
    await pipeline.append('other', { id: 'a' });
    await pipeline.append('acme', { id: 'a', message: 'third' });
    const built = await build(pipeline);
    expect([...built.records]).toEqual([0, 1, 3]);
    expect(built.eventRows.map(({ tenant, position }) => [tenant, position])).toEqual([
      ['acme', positionOf(1, 0)],
      ['acme', positionOf(1, 1)],
      ['other', positionOf(2, 0)],
    ]);
    expect(Buffer.from(built.eventRows[0]!.entry).toString()).toContain('first');
  });

  test('are dropped with what is sealed of them; what is kept keeps its own', async () => {
    const record = fc.record({
      id: fc.nat(30).map((number) => `e${number}`),
      message: fc.string({ maxLength: 40 }),
      sealed: fc.option(fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' }), { nil: undefined }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 60 }), async (records) => {
        const pipeline = new MemoryPipeline();
        await pipeline.append(
          'acme',
          ...records.map(({ sealed, ...given }) => ({ ...given, ...(sealed && { sealed }) })),
        );
        const built = await build(pipeline);
        const first = records.filter(({ id }, place) => records.findIndex((other) => other.id === id) === place);
        const told = built.eventRows.map(({ entry, sealed }) => [JSON.parse(Buffer.from(entry).toString()).id, sealed]);
        expect(told).toEqual(first.map(({ id, sealed }) => [id, sealed]));
      }),
      { numRuns: 60 },
    );
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
    const built = await buildBatch(await prepare(pipeline, 1), 1, noHeads, contextOf(pipeline));
    expect([built.records.length, built.heads.size, rowsOf(built)]).toEqual([0, 0, { eventRows: [], nodeRows: [] }]);
  });
});

test('many tenants are one call for their heads, and other work has its turn', async () => {
  const pipeline = new MemoryPipeline();
  for (let i = 0; i < 2500; i++) await pipeline.append(`t${i}`, { id: 'a' });
  let turns = 0;
  const asked: number[] = [];
  const context = contextOf(pipeline, async () => {
    turns += 1;
  });
  const loadHeads = async (tenants: readonly string[]) => {
    asked.push(tenants.length);
    return new Map<string, Head>();
  };
  const built = await buildBatch(await prepare(pipeline), 0, loadHeads, context);
  expect([built.heads.size, asked]).toEqual([2500, [2500]]);
  expect(turns).toBeGreaterThan(5);
});
