import { expect, test } from 'vitest';
import { breakages, nothingBroken } from './breakages.js';
import { runSchedule } from './run-schedule.js';

/** In how many schedules a broken guarantee has to show. Most show in one or two. */
const MAX_SCHEDULES = 1_000;

test.each(Object.entries(breakages))('the simulation finds %s', async (name, breakage) => {
  for (let seed = 1; seed <= MAX_SCHEDULES; seed++) {
    const found = await runSchedule(seed, breakage).then(
      () => undefined,
      (error: Error) => error,
    );
    if (found === undefined) continue;
    console.log(`${name}: schedule ${seed}: ${found.message.slice(0, 120)}`);
    const again = await runSchedule(seed, breakage).catch((error: Error) => error);
    expect(again).toMatchObject({ message: found.message });
    return;
  }
  expect.fail(`nothing was noticed in ${MAX_SCHEDULES} schedules`);
});

test('the simulation finds nothing where nothing is broken', async () => {
  for (let seed = 1; seed <= 100; seed++) await runSchedule(seed, nothingBroken);
});
