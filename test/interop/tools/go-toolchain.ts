import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The module with our Go programs. */
export const goModule = fileURLToPath(new URL('../go', import.meta.url));

const OLDEST_MINOR = 24;

/** Why the foreign verifiers cannot be built here; undefined where they can. */
export const goMissing = whatIsMissing();

/** Without Go the tests are skipped, but never where they are to prove something: there they fail. */
export const skippedWithoutGo = goMissing !== undefined && process.env.CI !== 'true';

/** The end of a suite's name that tells why it is skipped. */
export const unlessGo = skippedWithoutGo ? ` (skipped: ${goMissing})` : '';

if (skippedWithoutGo) console.warn(`The tests with foreign verifiers are skipped: ${goMissing}`);

/** Asked in the module's folder, where newer Go fetches the version that the module wants. */
function whatIsMissing(): string | undefined {
  const wanted = `Go 1.${OLDEST_MINOR} or newer is needed (https://go.dev/dl/)`;
  const { error, stdout } = spawnSync('go', ['version'], { cwd: goModule, encoding: 'utf8' });
  if (error !== undefined) return `${wanted}, and there is no go command`;
  const [, version, minor] = /go(1\.(\d+)\S*)/.exec(stdout) ?? [];
  if (Number(minor) >= OLDEST_MINOR) return undefined;
  return `${wanted}, and this is ${version ?? 'too old to say which it is'}`;
}
