import { afterEach, beforeEach, expect, it } from 'vitest';
import { AdministrationServer } from '../testing/administration-server.js';
import { runCli } from '../testing/run-cli.js';

const HOLD = { id: 'h1', subject: 'u1', reason: 'case 12', set_at: '2025-10-06T12:00:00Z', set_by: 'user:dpo' };

let server: AdministrationServer;

beforeEach(async () => {
  server = await new AdministrationServer().start();
});
afterEach(() => server.stop());

const cli = (...args: readonly string[]) =>
  runCli(['hold', ...args], { env: { ATTESTLOG_URL: server.url, ATTESTLOG_KEY: 'k' } });

it('a hold is set on a person, and told of erasures that it came too late for', async () => {
  server.answers.push([201, { ...HOLD, too_late_for: ['x1', 'x2'] }]);
  const { code, stdout, stderr } = await cli('set', 'u1', '--alias', 'a@x.com', '--reason', 'case 12');
  expect(code).toBe(0);
  expect(stdout).toContain('h1');
  expect(stderr).toContain('x1, x2');
  expect(server.requests).toMatchObject([
    { method: 'POST', url: '/api/v1/privacy/holds', body: { subject: 'u1', aliases: ['a@x.com'], reason: 'case 12' } },
  ]);
});

it('a hold on everybody has to be said', async () => {
  server.answers.push([201, { ...HOLD, subject: undefined }]);
  expect((await cli('set', '--reason', 'case 12')).code).toBe(4);
  expect((await cli('set', 'u1', '--everybody', '--reason', 'case 12')).code).toBe(4);
  expect((await cli('set', '--everybody', '--alias', 'a', '--reason', 'case 12')).code).toBe(4);
  expect((await cli('set', 'u1')).code).toBe(4);
  expect(server.requests).toEqual([]);
  expect((await cli('set', '--everybody', '--reason', 'case 12')).code).toBe(0);
  expect(server.requests).toMatchObject([{ body: { reason: 'case 12' } }]);
});

it('holds are listed, shown and lifted', async () => {
  const { subject: _, ...onAll } = HOLD;
  server.answers.push([200, { holds: [HOLD, { ...onAll, id: 'h2' }], next: null }], [200, HOLD], [204, undefined]);
  expect((await cli('list')).stdout).toMatch(/h1 +u1 [\s\S]*h2 +everybody /);
  expect(JSON.parse((await cli('show', 'h1', '--json')).stdout)).toEqual(HOLD);
  expect(await cli('lift', 'h/1')).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(server.requests[2]).toMatchObject({ method: 'DELETE', url: '/api/v1/privacy/holds/h%2F1' });
  server.answers.push([404, { code: 'hold-unknown', title: 'There is no such legal hold' }]);
  expect((await cli('lift', 'h1')).code).toBe(7);
});

it('a deletion that a hold forbids ends with the code of holds', async () => {
  server.answers.push([409, { code: 'hold-in-force', title: 'A legal hold forbids it' }]);
  const env = { ATTESTLOG_URL: server.url, ATTESTLOG_KEY: 'k' };
  expect((await runCli(['tenant', 'delete', 'acme', '--yes'], { env })).code).toBe(8);
});
