import { expect, test } from 'vitest';
import type { Problem } from './errors.js';
import { asProblem, from } from './failures.js';
import { PortFailure, type PortFailureKind } from './ports/failure.js';

test.each<[Parameters<typeof asProblem>[1], PortFailureKind, string]>([
  ['journal', 'unavailable', 'journal-unavailable'],
  ['journal', 'full', 'journal-full'],
  ['journal', 'corrupt', 'data-corrupt'],
  ['journal', 'closed', 'shutting-down'],
  ['store', 'unavailable', 'store-unavailable'],
  ['store', 'full', 'store-unavailable'],
  ['registry', 'conflict', 'registry-unavailable'],
  ['registry', 'corrupt', 'data-corrupt'],
  ['objects', 'refused', 'objects-unavailable'],
  ['objects', 'closed', 'shutting-down'],
])('a failure of the %s, %s, is told as %s', async (port, kind, code) => {
  const failure = new PortFailure(kind, 'what the driver said');
  const problem = (await from(port, Promise.reject(failure)).catch((error: unknown) => error)) as Problem;
  expect(problem).toMatchObject({ code, cause: failure });
  expect(JSON.stringify(problem.toDocument())).not.toContain('driver');
});

test('anything else goes through as it is', async () => {
  const error = new TypeError('a mistake');
  expect(asProblem(error, 'store')).toBe(error);
  expect(await from('store', Promise.resolve(5))).toBe(5);
});
