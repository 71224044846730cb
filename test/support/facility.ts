import { spawnSync } from 'node:child_process';
import { test } from 'vitest';

/** Why something of the operating system that a test needs is not there; undefined when it is. */
export type Lack = string | undefined;

/** Whether a command works here, shown by a harmless run of it. */
export function lackOf(program: string, args: readonly string[]): Lack {
  const { error, status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (error !== undefined) return `${program} cannot be run: ${error.message}`;
  return status === 0 ? undefined : `${program} ${args.join(' ')} fails: ${stderr.trim()}`;
}

/**
 * `test`, which where something is missing is skipped with the reason. In continuous integration it fails instead,
 * unless another test covers the same with other means.
 */
export function testUnless(lack: Lack, covered: 'covered elsewhere' | 'covered nowhere else') {
  return (name: string, body: () => Promise<void>, timeoutMs?: number): void => {
    test(name, timeoutMs === undefined ? {} : { timeout: timeoutMs }, async (context) => {
      if (lack === undefined) return body();
      if (process.env.CI === 'true' && covered === 'covered nowhere else') throw new Error(lack);
      console.warn(`SKIPPED: ${name}: ${lack}`);
      return context.skip(lack);
    });
  };
}
