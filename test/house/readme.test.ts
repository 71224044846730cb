import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import type {} from '@fastify/swagger';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { buildApp } from '../../packages/server/src/http/app.js';
import type { Services } from '../../packages/server/src/http/services.js';
import { ServerProcess } from '../support/server-process.js';
import { root } from './repository.js';

const run = promisify(execFile);
const readme = readFileSync(join(root, 'README.md'), 'utf8');

describe('README.md', () => {
  it('and the pages of docs list the routes that there are', async () => {
    const pages = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'));
    const texts = [readme, ...pages.map((name) => readFileSync(join(root, 'docs', name), 'utf8'))];
    const rows = texts.flatMap((text) => [
      ...text.matchAll(/^\| `((?:GET|POST|PUT|PATCH|DELETE|OPTIONS) [^`]+)` +\|/gm),
    ]);
    const listed = new Set(rows.map(([, route]) => route!));
    // Both describe the others, and are not in the description themselves.
    const undescribed = ['GET /docs', 'GET /openapi.json'];
    expect([...listed].sort()).toEqual([...(await routes()), ...undescribed].sort());
  });

  it('lists the commands that there are', async () => {
    const listed = [...readme.matchAll(/^\| `attestlog (\w+)/gm)].map(([, command]) => command!);
    const { stdout } = await attestlog('--help');
    const known = [...stdout.matchAll(/^ {2}([a-z]+)(?: \[.*\]| <.*>)* {2,}\S/gm)].map(([, command]) => command!);
    expect(listed.sort()).toEqual(known.filter((command) => command !== 'help').sort());
  });

  it('has an example that works as it stands', async () => {
    const example = /<!-- A test runs this block. -->\n```sh\n([\s\S]*?)```/.exec(readme)![1]!;
    const folder = mkdtempSync(join(tmpdir(), 'attestlog-readme-'));
    const server = await ServerProcess.start();
    try {
      const PATH = [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter);
      const { stdout, stderr } = await run('sh', ['-euc', example.replaceAll('npx ', '')], {
        cwd: folder,
        env: { PATH, HOME: folder, ATTESTLOG_URL: server.url, ATTESTLOG_KEY: server.key },
      });
      expect(stdout).toContain('"index":0');
      expect(stdout).toContain('clerk-17');
      expect(stderr).toContain('Verified: entry 0');
      // The reads before it are entries too.
      expect(stdout).toMatch(/Verified: \d+ entries, no violations/);
    } finally {
      await server.dispose();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

/** The routes as the server describes them: `GET /log/{tenant}/tile/…`. */
async function routes(): Promise<string[]> {
  const limits = { maxBodyBytes: 1, requestTimeoutMs: 1000 };
  const app = await buildApp({ logger: pino({ level: 'silent' }), limits, credentials: {} } as unknown as Services);
  await app.ready();
  const paths = Object.entries(app.swagger().paths ?? {});
  await app.close();
  return paths.flatMap(([path, methods]) =>
    Object.keys(methods ?? {}).map((method) => `${method.toUpperCase()} ${path.replace('{*}', '…')}`),
  );
}

function attestlog(...args: string[]) {
  return run(process.execPath, [join(root, 'packages', 'cli', 'bin', 'attestlog.cjs'), ...args]);
}
