import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MemoryPipeline, RULE } from '../../testing/memory-pipeline.js';
import { NOW_NS, type SampleRecord } from '../../testing/sample-records.js';
import { findOriginals, type Identity, isSuspect } from './repeats.js';

const HOUR_NS = 3_600_000_000_000n;
const EVERYTHING = Number.MAX_SAFE_INTEGER;

function identityOf(pipeline: MemoryPipeline, { id, receivedAtNs = NOW_NS, timeNs = receivedAtNs }: SampleRecord) {
  return { id, hash: pipeline.hasher.hash('acme', id), timeNs, receivedAtNs } satisfies Identity;
}

/** The ids of those that are repeats of what a sealed log holds. */
async function repeatsAmong(pipeline: MemoryPipeline, ...records: SampleRecord[]): Promise<string[]> {
  const identities = records.map((record) => identityOf(pipeline, record));
  const suspects = identities.filter((identity) => isSuspect(identity, pipeline.recentIds, RULE));
  const { store } = pipeline.ports;
  const originals = await findOriginals(store, 'acme', suspects, EVERYTHING, pipeline.recentIds, RULE);
  return [...originals.keys()].map(({ id }) => id).sort();
}

async function sealed(...records: SampleRecord[]): Promise<MemoryPipeline> {
  const pipeline = new MemoryPipeline();
  for (const record of records) {
    await pipeline.append('acme', record);
    await pipeline.sealAll();
  }
  return pipeline;
}

describe('an event is a repeat', () => {
  test('when its id was received within the window, whatever the event times', async () => {
    const pipeline = await sealed({ id: 'a', timeNs: 5n });
    expect(await repeatsAmong(pipeline, { id: 'a', timeNs: 6n, receivedAtNs: NOW_NS + RULE.windowNs })).toEqual(['a']);
  });

  test('when it has the event time too, however long ago that was received', async () => {
    const pipeline = await sealed({ id: 'a', timeNs: 5n });
    const later = { id: 'a', receivedAtNs: NOW_NS + 100n * RULE.windowNs };
    expect(await repeatsAmong(pipeline, { ...later, timeNs: 5n })).toEqual(['a']);
    expect(await repeatsAmong(pipeline, { ...later, timeNs: 6n })).toEqual([]);
  });

  test('not when another tenant has the id', async () => {
    const pipeline = new MemoryPipeline();
    await pipeline.append('other', { id: 'a' });
    await pipeline.sealAll();
    expect(await repeatsAmong(pipeline, { id: 'a' })).toEqual([]);
  });
});

test('the original is the one with the smallest index', async () => {
  const long = NOW_NS + 3n * RULE.windowNs;
  const pipeline = await sealed({ id: 'a', timeNs: 5n }, { id: 'a', timeNs: 6n, receivedAtNs: long });
  const identity = identityOf(pipeline, { id: 'a', timeNs: 6n, receivedAtNs: long + 1n });
  const { store } = pipeline.ports;
  const originals = await findOriginals(store, 'acme', [identity], EVERYTHING, pipeline.recentIds, RULE);
  expect(originals.get(identity)).toMatchObject({ index: 1, receivedAtNs: long });
});

test('more ids than one look-up takes are looked up all the same', async () => {
  const ids = Array.from({ length: 2100 }, (_, i) => ({ id: `e${i}` }));
  const pipeline = new MemoryPipeline();
  await pipeline.append('acme', ...ids);
  await pipeline.sealAll();
  expect(await repeatsAmong(pipeline, ...ids, { id: 'new' })).toHaveLength(2100);
});

test('what is in memory changes the work, never the answer', async () => {
  const receivedAtNs = fc.bigInt({ min: 0n, max: 20n }).map((days) => NOW_NS + days * 24n * HOUR_NS);
  const record = fc.record({
    id: fc.constantFrom('a', 'b', 'c'),
    receivedAtNs,
    timeNs: fc.constantFrom(5n, NOW_NS, NOW_NS + 24n * HOUR_NS),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(record, { maxLength: 8 }), record, async (history, candidate) => {
      const knowing = await sealed(...history);
      const told = await repeatsAmong(knowing, candidate);
      knowing.recentIds.reset(undefined);
      expect(await repeatsAmong(knowing, candidate)).toEqual(told);
      const load = knowing.recentIds.reset(candidate.receivedAtNs - RULE.windowNs);
      for (const row of knowing.world.store.rows) {
        if (row.receivedNs >= candidate.receivedAtNs - RULE.windowNs) {
          knowing.recentIds.add(knowing.hasher.hash('acme', row.id), row.receivedNs);
        }
      }
      knowing.recentIds.loaded(load);
      expect(await repeatsAmong(knowing, candidate)).toEqual(told);
    }),
    { numRuns: 150 },
  );
});
