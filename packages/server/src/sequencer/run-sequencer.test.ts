import { setImmediate as nextTurn } from 'node:timers/promises';
import { beforeEach, expect, test } from 'vitest';
import { MemoryPipeline } from '../../testing/memory-pipeline.js';
import { PortFailure } from '../ports/failure.js';
import { runSequencer, type SequencerLoop } from './run-sequencer.js';

const never = new AbortController().signal;

let pipeline: MemoryPipeline;
let stop: AbortController;
let told: string[];

beforeEach(() => {
  pipeline = new MemoryPipeline();
  stop = new AbortController();
  told = [];
});

function run(lingerMs: number | SequencerLoop['lingerMs'], sequencer: SequencerLoop['sequencer'] = pipeline.sequencer) {
  return runSequencer(
    {
      sequencer,
      journal: pipeline.ports.journal,
      progress: pipeline.progress,
      clock: pipeline.clock,
      lingerMs: typeof lingerMs === 'number' ? () => lingerMs : lingerMs,
      onBatch: ({ through, events }) => told.push(`batch ${through} of ${events}`),
      onFailure: (error, final) => told.push(`${final ? 'final ' : ''}${(error as PortFailure).kind}`),
      onRecovery: () => told.push('works again'),
    },
    stop.signal,
  );
}

/** Lets everything happen that can without time passing. */
async function settle(): Promise<void> {
  for (let i = 0; i < 5; i++) await nextTurn();
}

/** A sequencer that fails so often, each time in this way, and then works. */
function failing(kind: 'unavailable' | 'corrupt', times: number) {
  let left = times;
  return {
    sealNext: async () => {
      if (left-- > 0) throw new PortFailure(kind, 'as told');
      return pipeline.sequencer.sealNext();
    },
    whenFull: () => undefined,
  };
}

test('seals what comes, and stops when it is told to', async () => {
  const running = run(0);
  await settle();
  await pipeline.append('acme', { id: 'a' });
  await settle();
  await pipeline.append('acme', { id: 'b' });
  await settle();
  expect(told).toEqual(['batch 1 of 1', 'batch 2 of 1']);
  stop.abort();
  await running;
});

test('lets events gather after a batch', async () => {
  await pipeline.append('acme', { id: 'a' });
  const running = run(200);
  await settle();
  await pipeline.append('acme', { id: 'b' });
  await pipeline.append('acme', { id: 'c' });
  await settle();
  expect([told, pipeline.clock.untilNextWakeMs()]).toEqual([['batch 1 of 1'], 200]);
  pipeline.clock.advance(200);
  await settle();
  expect(told).toEqual(['batch 1 of 1', 'batch 3 of 2']);
  stop.abort();
  await running;
});

test('can begin batches at a rate: what comes after a rest is sealed at once', async () => {
  const running = run((sinceBatchMs) => Math.max(0, 100 - sinceBatchMs));
  await settle();
  await pipeline.append('acme', { id: 'a' });
  await settle();
  pipeline.clock.advance(30);
  await pipeline.append('acme', { id: 'b' });
  await settle();
  // What has gathered since the last batch began counts.
  expect([told, pipeline.clock.untilNextWakeMs()]).toEqual([['batch 1 of 1'], 70]);
  pipeline.clock.advance(70);
  await settle();
  expect(told).toEqual(['batch 1 of 1', 'batch 2 of 1']);
  stop.abort();
  await running;
});

test('goes on as soon as a full batch waits, and at once where one does', async () => {
  const { sequencer } = new MemoryPipeline({ world: pipeline.world, limits: { maxBatchEvents: 2 } });
  for (let i = 0; i < 3; i++) await pipeline.append('acme', { id: `a${i}` }, { id: `b${i}` });
  const running = run(200, sequencer);
  await settle();
  expect(told).toEqual(['batch 1 of 2', 'batch 2 of 2']);
  await pipeline.append('acme', { id: 'c' });
  await settle();
  expect([told.length, pipeline.clock.untilNextWakeMs()]).toEqual([3, 200]);
  stop.abort();
  await running;
});

test('keeps nobody waiting for that', async () => {
  await pipeline.append('acme', { id: 'a' });
  const running = run(200);
  await settle();
  await pipeline.append('acme', { id: 'b' });
  const sealed = pipeline.progress.waitFor(2, never);
  expect(await sealed).toBe(true);
  await settle();
  expect(pipeline.clock.monotonicMs()).toBe(0);
  stop.abort();
  await running;
});

test('takes a failure up again after pauses that double up to five seconds', async () => {
  await pipeline.append('acme', { id: 'a' });
  const running = run(0, failing('unavailable', 9));
  const pauses: (number | undefined)[] = [];
  for (let i = 0; i < 9; i++) {
    await settle();
    pauses.push(pipeline.clock.untilNextWakeMs());
    pipeline.clock.advance(pauses.at(-1) ?? 0);
  }
  await settle();
  expect(pauses).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000]);
  expect(told).toEqual([...Array.from({ length: 9 }, () => 'unavailable'), 'works again', 'batch 1 of 1']);
  stop.abort();
  await running;
});

test('stops for good where data is damaged', async () => {
  await run(0, failing('corrupt', 1));
  expect(told).toEqual(['final corrupt']);
});

test('can be stopped while it waits, lingers or pauses', async () => {
  const waiting = run(200);
  await settle();
  stop.abort();
  await waiting;

  stop = new AbortController();
  await pipeline.append('acme', { id: 'a' });
  const lingering = run(200);
  await settle();
  stop.abort();
  await lingering;

  stop = new AbortController();
  const pausing = run(0, failing('unavailable', 5));
  await settle();
  stop.abort();
  await pausing;
  expect(pipeline.clock.untilNextWakeMs()).toBeUndefined();
});
