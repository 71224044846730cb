import { expect, test } from 'vitest';
import { CommitLoop } from './commit-loop.js';

function loopOf(groups: number[][], fails: (group: readonly number[]) => boolean = () => false) {
  return new CommitLoop<number, number>({
    async commit(jobs) {
      groups.push([...jobs]);
      await new Promise((resolve) => setImmediate(resolve));
      if (fails(jobs)) throw new Error('commit failed');
      return jobs.map((job) => job * 10);
    },
    weigh: (job) => job,
    maxGroupWeight: 10,
  });
}

test('jobs of one turn share a commit, up to the weight, and each gets its own result', async () => {
  const groups: number[][] = [];
  const loop = loopOf(groups);
  expect(await Promise.all([4, 5, 1, 30, 2].map((job) => loop.submit(job)))).toEqual([40, 50, 10, 300, 20]);
  expect(groups).toEqual([[4, 5, 1], [30], [2]]);
});

test('jobs that arrive during a commit wait for the next one', async () => {
  const groups: number[][] = [];
  const loop = loopOf(groups);
  const first = loop.submit(1);
  await Promise.resolve();
  await Promise.resolve();
  const later = [loop.submit(2), loop.submit(3)];
  await Promise.all([first, ...later]);
  expect(groups).toEqual([[1], [2, 3]]);
});

test('a failed commit fails its own group only', async () => {
  const loop = loopOf([], (group) => group.includes(9));
  const outcomes = await Promise.allSettled([loop.submit(9), loop.submit(1), loop.submit(5)]);
  expect(outcomes.map((outcome) => outcome.status)).toEqual(['rejected', 'rejected', 'fulfilled']);
});

test('idle waits for everything that was submitted', async () => {
  const loop = loopOf([]);
  let done = 0;
  for (const job of [6, 7, 8]) void loop.submit(job).then(() => (done += 1));
  await loop.idle();
  expect(done).toBe(3);
  await loop.idle();
});
