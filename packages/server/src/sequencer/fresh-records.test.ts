import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MemoryPipeline, RULE } from '../../testing/memory-pipeline.js';
import { NOW_NS, type SampleRecord, sampleRecord } from '../../testing/sample-records.js';
import { isRepeat } from '../identity/repeats.js';
import { encodeChunks } from '../records/record-codec.js';
import { freshRecords } from './fresh-records.js';
import { Pace } from './pace.js';
import { PreparedBatch } from './prepared-batch.js';

async function freshOf(pipeline: MemoryPipeline, calls: readonly { tenant: string; records: SampleRecord[] }[]) {
  const { hasher, recentIds, ports, clock } = pipeline;
  const batch = new PreparedBatch(0, hasher);
  let sequence = 1000;
  for (const { tenant, records } of calls) {
    for (const bytes of encodeChunks(tenant, records.map(sampleRecord))) batch.add({ sequence: sequence++, bytes });
  }
  const pace = new Pace(clock, () => Promise.resolve(), 0);
  return [...(await freshRecords(batch, Number.MAX_SAFE_INTEGER, { store: ports.store, recentIds, rule: RULE, pace }))];
}

const record = fc.record({
  id: fc.constantFrom('a', 'b', 'c'),
  receivedAtNs: fc.constantFrom(NOW_NS, NOW_NS + RULE.windowNs, NOW_NS + 2n * RULE.windowNs + 1n),
  timeNs: fc.constantFrom(5n, 6n, NOW_NS),
});
const calls = fc.array(
  fc.record({ tenant: fc.constantFrom('a', 'b'), records: fc.array(record, { minLength: 1, maxLength: 4 }) }),
  { maxLength: 5 },
);

test('are those that repeat no record before them that is fresh itself', async () => {
  await fc.assert(
    fc.asyncProperty(calls, async (given) => {
      const flat = given.flatMap(({ tenant, records }) => records.map((each) => ({ tenant, ...each })));
      const kept: number[] = [];
      flat.forEach((each, i) => {
        const repeats = kept.some((j) => {
          const other = flat[j]!;
          return other.tenant === each.tenant && other.id === each.id && isRepeat(each, other, RULE);
        });
        if (!repeats) kept.push(i);
      });
      expect(await freshOf(new MemoryPipeline(), given)).toEqual(kept);
    }),
    { numRuns: 300 },
  );
});

test('are looked up in the store where the ids in memory say perhaps, each tenant by itself', async () => {
  const pipeline = new MemoryPipeline();
  await pipeline.append('acme', { id: 'a' }, { id: 'b' });
  await pipeline.sealAll();
  const records = [{ id: 'b' }, { id: 'c' }, { id: 'a', timeNs: 7n }];
  const given = [
    { tenant: 'other', records },
    { tenant: 'acme', records },
  ];
  expect(await freshOf(pipeline, given)).toEqual([0, 1, 2, 4]);
  pipeline.recentIds.reset(undefined);
  expect(await freshOf(pipeline, given)).toEqual([0, 1, 2, 4]);
});

test('of ten thousand are as many, and of ten thousand twice half', async () => {
  const records = Array.from({ length: 10_000 }, (_, i) => ({ id: `e${i}` }));
  const pipeline = new MemoryPipeline();
  expect(await freshOf(pipeline, [{ tenant: 'acme', records }])).toHaveLength(10_000);
  const twice = [
    { tenant: 'acme', records },
    { tenant: 'acme', records: records.toReversed() },
  ];
  expect(await freshOf(pipeline, twice)).toEqual(records.map((_, i) => i));
});
