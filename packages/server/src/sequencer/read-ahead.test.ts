import { setImmediate as nextTurn } from 'node:timers/promises';
import { beforeEach, expect, test } from 'vitest';
import { MemoryPipeline } from '../../testing/memory-pipeline.js';
import { type Fault, Faults } from '../adapters/memory/faults.js';
import { withJournalFaults } from '../adapters/memory/faulty-ports.js';
import type { Journal } from '../ports/journal.js';
import { newRecordMemory } from '../records/column-memory.js';
import { Pace } from './pace.js';
import type { PreparedBatch } from './prepared-batch.js';
import { ReadAhead } from './read-ahead.js';

let pipeline: MemoryPipeline;
let reads: number;

beforeEach(() => {
  pipeline = new MemoryPipeline();
  reads = 0;
});

function readAhead(limits = { maxBatchBytes: 1_000_000, maxBatchEvents: 5 }, journal = pipeline.ports.journal) {
  const counted: Journal = {
    ...withJournalFaults(journal, new Faults(() => undefined)),
    read: (after, maxBytes) => {
      reads += 1;
      return journal.read(after, maxBytes);
    },
  };
  const pace = new Pace(pipeline.clock, () => nextTurn(), 0);
  return new ReadAhead({ journal: counted, hasher: pipeline.hasher, pace, limits, recordMemory: newRecordMemory() });
}

const ids = ({ records }: PreparedBatch) => Array.from({ length: records.count }, (_, i) => records.id(i));
const append = (...names: string[]) => pipeline.append('acme', ...names.map((id) => ({ id })));

async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await nextTurn();
}

test('gives what the journal has, in whole chunks and within the limits', async () => {
  for (const names of ['ab', 'cd', 'ef', 'gh']) await append(...names);
  const ahead = readAhead();
  expect(ids(await ahead.next(0))).toEqual(['a', 'b', 'c', 'd']);
  const narrow = readAhead({ maxBatchBytes: 1, maxBatchEvents: 1 });
  expect(ids(await narrow.next(2))).toEqual(['e', 'f']);
  expect((await ahead.next(4)).records.count).toBe(0);
});

test('what was prepared in the background is completed by what has come since', async () => {
  await append('a');
  const ahead = readAhead();
  ahead.begin(0);
  await settle();
  await append('b');
  await settle();
  reads = 0;
  await append('c');
  expect(ids(await ahead.next(0))).toEqual(['a', 'b', 'c']);
  expect(reads).toBeGreaterThan(0);
});

test('says when it has prepared a full batch, and reads no further', async () => {
  const ahead = readAhead();
  let told = 0;
  ahead.whenFull(() => {
    told += 1;
  });
  ahead.begin(0);
  await append('a', 'b', 'c', 'd', 'e');
  await settle();
  expect(told).toBe(0);
  await append('f');
  await settle();
  expect(told).toBe(1);
  ahead.whenFull(() => {
    told += 10;
  });
  expect(told).toBe(11);
  reads = 0;
  await append('g');
  await settle();
  expect(reads).toBe(0);
  expect(ids(await ahead.next(0))).toEqual(['a', 'b', 'c', 'd', 'e']);
  ahead.whenFull(() => {
    told += 100;
  });
  expect(told).toBe(11);
});

test('what was prepared for another begin is no use', async () => {
  await append('a');
  await append('b');
  const ahead = readAhead();
  ahead.begin(0);
  await settle();
  expect(ids(await ahead.next(1))).toEqual(['b']);
});

test('a batch that is fixed is exactly that, whatever was prepared and whatever the limits', async () => {
  for (const names of ['ab', 'cd', 'ef', 'gh']) await append(...names);
  const ahead = readAhead();
  ahead.begin(0);
  await settle();
  expect(ids(await ahead.exactly(0, 1))).toEqual(['a', 'b']);
  ahead.begin(0);
  await settle();
  expect(ids(await ahead.exactly(0, 4))).toEqual([...'abcdefgh']);
  expect((await ahead.exactly(0, 9)).through).toBe(4);
});

test('what it was told to forget is read again', async () => {
  await append('a');
  const ahead = readAhead();
  ahead.begin(0);
  await settle();
  ahead.forget();
  await pipeline.ports.journal.trim(1);
  expect(ids(await ahead.next(0))).toEqual([]);
});

test('a failure in the background is told to whoever asks, if it is still there then', async () => {
  await append('a');
  let fault: Fault | undefined = 'fail';
  const ahead = readAhead(undefined, withJournalFaults(pipeline.ports.journal, new Faults(() => fault)));
  ahead.begin(0);
  await settle();
  await expect(ahead.next(0)).rejects.toMatchObject({ kind: 'unavailable' });
  ahead.begin(0);
  await settle();
  fault = undefined;
  expect(ids(await ahead.next(0))).toEqual(['a']);
});

test('it can be asked in the middle of its work', async () => {
  for (const name of 'abcd') await append(name);
  const ahead = readAhead();
  for (let turns = 0; turns < 8; turns++) {
    ahead.begin(0);
    for (let i = 0; i < turns; i++) await nextTurn();
    expect(ids(await ahead.next(0))).toEqual(['a', 'b', 'c', 'd']);
  }
});
