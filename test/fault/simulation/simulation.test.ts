import { expect, test } from 'vitest';
import { runSchedule } from './run-schedule.js';

/**
 * `ATTESTLOG_TEST_SCHEDULES=N` runs the seeds 1 to N; `ATTESTLOG_TEST_SEED=N` runs that one and prints its steps.
 */
const SCHEDULES = Number(process.env.ATTESTLOG_TEST_SCHEDULES ?? 2_000);
const ONE_SEED = process.env.ATTESTLOG_TEST_SEED;
const COMMAND = 'npx vitest run --project fault test/fault/simulation/simulation.test.ts';
const ONE_HOUR_MS = 3_600_000;

test.runIf(ONE_SEED !== undefined)('replays one schedule, step by step', async () => {
  const lines: string[] = [];
  await runSchedule(Number(ONE_SEED), {}, (line) => lines.push(line)).finally(() => console.log(lines.join('\n')));
});

test.runIf(ONE_SEED === undefined)(
  `no guarantee is broken in ${SCHEDULES} schedules`,
  async () => {
    const total = { steps: 0, answers: 0, entries: 0 };
    const begunMs = performance.now();
    for (let seed = 1; seed <= SCHEDULES; seed++) {
      const { steps, answers, entries } = await runSchedule(seed).catch((cause: Error) => {
        throw new Error(`Seed ${seed}: ${cause.message}\nReplay it: ATTESTLOG_TEST_SEED=${seed} ${COMMAND}`, { cause });
      });
      total.steps += steps;
      total.answers += answers;
      total.entries += entries;
    }
    const seconds = (performance.now() - begunMs) / 1000;
    const { steps, answers, entries } = total;
    console.log(
      `${SCHEDULES} schedules in ${seconds.toFixed(1)} s: ${steps} steps, ${answers} answers, ${entries} entries`,
    );
  },
  ONE_HOUR_MS,
);

test.runIf(ONE_SEED === undefined)('a seed gives the same schedule every time', async () => {
  for (let seed = 1; seed <= 20; seed++) {
    expect(await runSchedule(seed)).toEqual(await runSchedule(seed));
  }
  expect((await runSchedule(1)).digest).not.toBe((await runSchedule(2)).digest);
});
