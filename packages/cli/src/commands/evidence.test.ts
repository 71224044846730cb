import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canonicalJson } from '@attestlog/event';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LocalServer } from '../../../client/testing/local-server.js';
import { evidenceOf } from '../testing/evidence-files.js';
import { rawZip } from '../testing/raw-zip.js';
import { runCli } from '../testing/run-cli.js';
import { TestLog } from '../testing/test-log.js';

let server: LocalServer;
let pack: Buffer;
let answer: (response: ServerResponse) => void;
let asked: { query: Record<string, string>; reason: unknown }[];
let folder: string;
let file: string;
const log = new TestLog('log.example/acme');
for (let i = 0; i < 9; i++) log.append(canonicalJson({ id: `e${i}`, action: 'a.b' }));

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'attestlog-evidence-'));
  file = join(folder, 'pack.zip');
  asked = [];
  pack = rawZip([...(await evidenceOf(log, { range: [2, 5] }))].map(([name, bytes]) => ({ name, bytes })));
  answer = (response) => response.end(pack);
  server = await new LocalServer((request, response) => serve(request, response)).start();
});
afterEach(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

function serve({ url, headers }: IncomingMessage, response: ServerResponse): void {
  const { searchParams } = new URL(url!, 'http://localhost');
  asked.push({ query: Object.fromEntries(searchParams), reason: headers['x-reason'] });
  answer(response);
}

const cli = (...args: readonly string[]) =>
  runCli(['evidence', ...args, '--out', file], { env: { ATTESTLOG_URL: server.url, ATTESTLOG_KEY: 'k' } });

it('a pack goes to a new file of the user’s own, and is checked there', async () => {
  const { code, stdout } = await cli('--from-index', '2', '--to-index', '5', '--openings', '--reason', 'audit');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^Verified: 3 events, no violations\n/);
  expect(asked).toEqual([{ query: { from_index: '2', to_index: '5', openings: 'true' }, reason: 'audit' }]);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(['pack.zip']);
});

it('a filter is sent as it was written', async () => {
  await cli('action:a.b -actor:jane', 'outcome:denied', '--from', 'last month', '--json');
  expect(asked[0]!.query).toEqual({ q: 'action:a.b -actor:jane outcome:denied', from: 'last month' });
});

it('a pack that is not what it says ends with the code of violations', async () => {
  pack = Buffer.from('no zip');
  expect(await cli('a')).toMatchObject({ code: 2, stdout: expect.stringContaining('refused') });
});

it('an answer that breaks off leaves no file', async () => {
  answer = (response) => {
    response.writeHead(200, { 'content-length': pack.length });
    response.write(pack.subarray(0, 500), () => response.destroy());
  };
  expect(await cli('a')).toMatchObject({ code: 5 });
  expect(readdirSync(folder)).toEqual([]);
});

it('a filter and a range are not one question', async () => {
  expect(await cli('a', '--from-index', '1', '--to-index', '2')).toMatchObject({ code: 4 });
  expect(asked).toEqual([]);
});
