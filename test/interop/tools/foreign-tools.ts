import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProgram } from '../../support/run-program.js';
import { goMissing, goModule } from './go-toolchain.js';
import { withLock } from './lock.js';

/** Tessera's checker of whole logs. */
const FSCK = 'github.com/transparency-dev/tessera/cmd/fsck@v1.0.4';
/** torchwood's witness; its version is the one that our module requires. */
const LITEWITNESS = 'filippo.io/torchwood/cmd/litewitness';

const cache = fileURLToPath(new URL('../../../node_modules/.cache/interop', import.meta.url));

/** Longest time that {@link foreignTools} may take: the modules are fetched and compiled the first time. */
export const BUILD_TIMEOUT_MS = 600_000;

export interface ForeignTools {
  fsck: string;
  litewitness: string;
  torchwoodClient: string;
  keyAgent: string;
  witnessTrust: string;
}

/**
 * Paths of the programs, which are built from the Go module proxy the first time and kept while our sources and the
 * versions stay the same.
 */
export async function foreignTools(): Promise<ForeignTools> {
  if (goMissing !== undefined) throw new Error(goMissing);
  const folder = join(cache, await fingerprint());
  await mkdir(cache, { recursive: true });
  await withLock(join(cache, 'lock'), async () => {
    if (!existsSync(folder)) await build(folder);
  });
  return {
    fsck: join(folder, 'fsck'),
    litewitness: join(folder, 'litewitness'),
    torchwoodClient: join(folder, 'torchwood-client'),
    keyAgent: join(folder, 'key-agent'),
    witnessTrust: join(folder, 'witness-trust'),
  };
}

/** Built beside and moved into place, so that what is in place is whole. */
async function build(folder: string): Promise<void> {
  console.log('Building the foreign verifiers from the Go module proxy; the first time takes a minute or two …');
  const building = await mkdtemp(join(cache, 'building-'));
  await go(['build', '-mod=readonly', '-buildvcs=false', '-o', `${building}/`, './...', LITEWITNESS], building);
  await go(['install', FSCK], building);
  await rename(building, folder);
}

async function go(args: readonly string[], bin: string): Promise<void> {
  const result = await runProgram('go', args, {
    cwd: goModule,
    env: { ...process.env, GOBIN: bin },
    timeoutMs: BUILD_TIMEOUT_MS,
  });
  if (result.code !== 0) throw new Error(`go ${args.join(' ')} failed:\n${result.stderr}`);
}

async function fingerprint(): Promise<string> {
  const hash = createHash('sha256').update(FSCK);
  const files = await readdir(goModule, { recursive: true, withFileTypes: true });
  const paths = files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name));
  for (const path of paths.sort()) hash.update(await readFile(path));
  return hash.digest('hex').slice(0, 16);
}
