import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { PortFailure } from '../ports/failure.js';
import { Trimming } from './trimming.js';

/** A journal whose trims end when they are told to, each with what it is told. */
function slowJournal() {
  const begun: number[] = [];
  const ends: ((failure?: Error) => void)[] = [];
  const trim = (through: number) => {
    begun.push(through);
    return new Promise<void>((resolve, reject) => {
      ends.push((failure) => (failure === undefined ? resolve() : reject(failure)));
    });
  };
  return { begun, ends, journal: { trim } as unknown as ConstructorParameters<typeof Trimming>[0] };
}

test('goes on beside what follows, and one waits for the one before it', async () => {
  const { begun, ends, journal } = slowJournal();
  const trimming = new Trimming(journal);
  await trimming.begin(1);
  let hasBegun = false;
  const second = trimming.begin(2).then(() => {
    hasBegun = true;
  });
  await nextTurn();
  expect([begun, hasBegun]).toEqual([[1], false]);
  ends[0]!();
  await second;
  expect(begun).toEqual([1, 2]);
});

test('a failure is nobody’s business, as the next trim takes those chunks too', async () => {
  const { ends, journal } = slowJournal();
  const trimming = new Trimming(journal);
  await trimming.begin(1);
  ends[0]!(new PortFailure('unavailable', 'as told'));
  await trimming.begin(2);
  trimming.check();
});

test.each([new PortFailure('corrupt', 'as told'), new TypeError('a mistake')])('%s is told, once', async (failure) => {
  const { ends, journal } = slowJournal();
  const trimming = new Trimming(journal);
  await trimming.begin(1);
  trimming.check();
  ends[0]!(failure);
  await nextTurn();
  expect(() => trimming.check()).toThrow(failure);
  trimming.check();
});
