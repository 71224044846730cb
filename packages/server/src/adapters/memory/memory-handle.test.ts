import { expect, test } from 'vitest';
import { openMemoryJournal } from './memory-journal.js';
import { MemoryWorld } from './memory-world.js';

const CHUNK = new Uint8Array([1]);

/** A scheduler that holds back every operation that comes to this label. */
function holdAt(label: string) {
  let reached!: () => void;
  const arrival = new Promise<void>((resolve) => {
    reached = resolve;
  });
  const yieldPoint = (at: string) => {
    if (at !== label) return Promise.resolve();
    reached();
    return new Promise<void>(() => undefined);
  };
  return { yieldPoint, arrival };
}

test('a crash before the effect of an append leaves nothing behind', async () => {
  const world = new MemoryWorld();
  const { yieldPoint, arrival } = holdAt('journal.append');
  void openMemoryJournal(world.journal, { yieldPoint }).append([CHUNK]);
  await arrival;
  expect(await openMemoryJournal(world.journal).read(0, 100)).toEqual([]);
});

test('a crash between its effect and its return leaves it in place', async () => {
  const world = new MemoryWorld();
  const { yieldPoint, arrival } = holdAt('journal.append.done');
  void openMemoryJournal(world.journal, { yieldPoint }).append([CHUNK]);
  await arrival;
  expect(await openMemoryJournal(world.journal).read(0, 100)).toHaveLength(1);
});

test('two handles at once work on one state, and close apart', async () => {
  const world = new MemoryWorld();
  const [one, other] = [openMemoryJournal(world.journal), openMemoryJournal(world.journal)];
  const waiting = other.waitForChunk(0, new AbortController().signal);
  expect(await one.append([CHUNK])).toEqual([1]);
  await waiting;
  await one.close();
  expect(await other.append([CHUNK])).toEqual([2]);
  expect(await other.read(0, 100)).toHaveLength(2);
});

test('close wakes its own waiters', async () => {
  const journal = openMemoryJournal(new MemoryWorld().journal);
  const waiting = journal.waitForChunk(0, new AbortController().signal);
  await journal.close();
  await waiting;
});
