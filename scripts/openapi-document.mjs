import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from './setup.mjs';

const START_SECONDS = 60;

/** The description of the API, as the built server gives it when it runs with nothing set. */
export async function openApiDocument() {
  const folder = mkdtempSync(join(tmpdir(), 'attestlog-generate-'));
  const port = await freePort();
  const command = join(root, 'packages', 'cli', 'bin', 'attestlog.cjs');
  const flags = ['--data', join(folder, 'data'), '--host', '127.0.0.1', '--port', String(port)];
  const env = { PATH: process.env.PATH, ATTESTLOG_BOOTSTRAP_KEY: `generate_${randomBytes(24).toString('base64url')}` };
  const server = spawn(process.execPath, [command, 'serve', ...flags], { env, stdio: 'ignore' });
  const ended = new Promise((done) => server.once('exit', done));
  try {
    return await documentOf(`http://127.0.0.1:${port}/openapi.json`, server);
  } finally {
    server.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  }
}

async function documentOf(url, server) {
  const deadline = Date.now() + START_SECONDS * 1000;
  while (Date.now() < deadline && server.exitCode === null) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return answer.json();
    await sleep(100);
  }
  throw new Error('The server did not start.');
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
