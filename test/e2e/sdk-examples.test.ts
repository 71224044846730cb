import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runProgram } from '../support/run-program.js';
import { ServerProcess } from '../support/server-process.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
let server: ServerProcess;
/** In the repository, so that the packages are found from it. */
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(root, 'node_modules', '.sdk-examples-'));
  // However slow the machine is, a program reads what it has just written.
  server = await ServerProcess.start({ env: { ATTESTLOG_READ_WAIT: '60s' } });
  await build({
    entryPoints: ['quickstart', 'typed-actions', 'context', 'durability', 'metrics'].map((name) =>
      join(root, 'examples', 'sdk', `${name}.ts`),
    ),
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    format: 'esm',
    target: 'es2022',
  });
});
afterAll(async () => {
  await server?.dispose();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

it.concurrent.each([
  [
    'quickstart',
    [
      'order.create  {}',
      'order.update  {"after":{"state":"paid"},"before":{"state":"open"}}',
      'payment.capture failure {}',
      'order.delete denied {}',
    ],
  ],
  ['typed-actions', ['3']],
  ['context', ['[[{"id":"jane","type":"user"},"4bf92f3577b34da6a3ce929d0e0e4736"]]']],
  ['durability', ['spooled', 'acknowledged', '1']],
  ['metrics', ['1']],
])('%s does what it says', async (name, lines) => {
  const env = { PATH: process.env.PATH, ATTESTLOG_URL: server.url, ATTESTLOG_KEY: server.key };
  const run = await runProgram(process.execPath, [join(folder, `${name}.mjs`)], { env, timeoutMs: 60_000 });
  expect(run.stderr).toBe('');
  expect(run.stdout.trim().split('\n')).toEqual(lines);
});
