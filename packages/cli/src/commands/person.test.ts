import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LocalServer } from '../../../client/testing/local-server.js';
import { runCli } from '../testing/run-cli.js';
import { sealedEvent } from '../testing/sealed-entries.js';

const { event, opening } = sealedEvent('a');
const body = [{ pack: 'attestlog personal data v1' }, { index: 0, position: 1, event, openings: [opening] }]
  .map((line) => `${JSON.stringify(line)}\n`)
  .join('');
const sha256 = createHash('sha256').update(body).digest('hex');
const PACK = `${body}${JSON.stringify({ manifest: { events: 1, fields: 1, sha256, checkpoint: 'c' } })}\n`;

let server: LocalServer;
let answer: (response: ServerResponse) => void;
let asked: unknown[];
let folder: string;
let file: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'attestlog-person-'));
  file = join(folder, 'pack.ndjson');
  asked = [];
  answer = (response) => response.end(PACK);
  server = await new LocalServer((request, response) => void serve(request, response)).start();
});
afterEach(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let text = '';
  for await (const part of request) text += String(part);
  asked.push(JSON.parse(text));
  answer(response);
}

const cli = (...args: readonly string[]) =>
  runCli(['person', 'export', 'u1', ...args], { env: { ATTESTLOG_URL: server.url, ATTESTLOG_KEY: 'k' } });

it('an export goes to the standard output as it came, and is told to be whole', async () => {
  const { code, stdout, stderr } = await cli('--alias', 'a@x.com', '--receipts', '--reason', 'request 7');
  expect({ code, stdout }).toEqual({ code: 0, stdout: PACK });
  expect(stderr).toBe(`Whole: 1 event with 1 sealed field, SHA-256 ${sha256}\n`);
  expect(asked).toEqual([{ subject: 'u1', aliases: ['a@x.com'], receipts: true, reason: 'request 7' }]);
});

it('an export goes to a new file of the user’s own', async () => {
  const { code, stdout } = await cli('--output', file, '--json');
  expect([code, JSON.parse(stdout)]).toMatchObject([0, { file, events: 1, fields: 1, sha256 }]);
  expect(readFileSync(file, 'utf8')).toBe(PACK);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(['pack.ndjson']);
});

it('what is there already is not overwritten, and nothing is asked for', async () => {
  writeFileSync(file, 'mine');
  expect((await cli('--output', file)).code).toBe(4);
  expect((await cli('--output', join(folder, 'no', 'such', 'folder'))).code).toBe(4);
  expect([readFileSync(file, 'utf8'), asked]).toEqual(['mine', []]);
});

it.each<[string, string, number]>([
  ['is cut short', PACK.slice(0, -20), 2],
  ['was changed', PACK.replace('order.approve', 'order.decline'), 2],
])('a pack that %s leaves no file', async (_, pack, expected) => {
  answer = (response) => response.end(pack);
  const { code, stderr } = await cli('--output', file);
  expect([code, stderr]).toEqual([expected, expect.stringContaining('not whole')]);
  expect(readdirSync(folder)).toEqual([]);
});

it('a connection that breaks leaves no file', async () => {
  answer = (response) => response.writeHead(200, { 'content-length': 1e6 }).write(PACK, () => response.destroy());
  expect((await cli('--output', file)).code).toBe(5);
  expect(readdirSync(folder)).toEqual([]);
});

it('a refusal is told in the server’s words', async () => {
  answer = (response) => response.writeHead(403).end(JSON.stringify({ title: 'Not for you', status: 403 }));
  const { code, stderr } = await cli('--output', file);
  expect([code, stderr]).toEqual([6, expect.stringContaining('Not for you')]);
});
