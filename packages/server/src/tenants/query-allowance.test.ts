import { expect, test } from 'vitest';
import { queryAllowance } from './query-allowance.js';

const deployment = { queriesAtOnce: 3, querySeconds: 30, queryRows: 1_000_000, queryMemoryBytes: 2 ** 30 };

test('a plan takes of what the deployment has, and never more', () => {
  expect(queryAllowance({ queriesAtOnce: 1, querySeconds: 60, queryRows: 5000 }, deployment)).toEqual({
    queriesAtOnce: 1,
    querySeconds: 30,
    queryRows: 5000,
    queryMemoryBytes: 2 ** 30,
  });
});

test('a plan that says nothing leaves what the deployment has', () => {
  expect(queryAllowance({ eventsPerDay: 5 }, deployment)).toEqual(deployment);
});
