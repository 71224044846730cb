import { spawnSync } from 'node:child_process';
import { test } from 'vitest';

/** Something of the operating system that a test needs: undefined when it is there, otherwise why not. */
export type Lack = string | undefined;

/** Whether a command works here, shown by a harmless run of it. */
export function lackOf(program: string, args: readonly string[]): Lack {
  const { error, status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (error !== undefined) return `${program} cannot be run: ${error.message}`;
  return status === 0 ? undefined : `${program} ${args.join(' ')} fails: ${stderr.trim()}`;
}

/**
 * `test`, or where something is missing a test that is skipped with the reason said aloud. In continuous integration
 * that is a failure, unless another test covers the same with other means.
 */
export function testUnless(lack: Lack, covered: 'covered elsewhere' | 'covered nowhere else') {
  if (lack === undefined) return test;
  console.warn(`SKIPPED, for ${lack}`);
  if (process.env.CI === 'true' && covered === 'covered nowhere else') {
    test('everything that the tests need is there', () => {
      throw new Error(lack);
    });
  }
  return test.skip;
}
