import { afterEach, beforeEach, expect, it } from 'vitest';
import { AdministrationServer } from '../testing/administration-server.js';
import { runCli } from '../testing/run-cli.js';

let server: AdministrationServer;

beforeEach(async () => {
  server = await new AdministrationServer().start();
});
afterEach(() => server.stop());

const cli = (...args: readonly string[]) =>
  runCli(['rotate', ...args], { env: { ATTESTLOG_URL: server.url, ATTESTLOG_KEY: 'k' } });

it('a tenant’s key is rotated, and told how many keys were wrapped anew', async () => {
  const answer = { tenant: 'acme', subject_keys: 2 };
  server.answers.push([200, answer], [200, answer]);
  const { code, stdout } = await cli('tenant-key', '--tenant', 'acme');
  expect([code, stdout]).toEqual([0, "Tenant acme has a new key; 2 persons' keys wrapped anew\n"]);
  expect(server.requests).toMatchObject([{ method: 'POST', url: '/api/v1/tenants/acme/key-rotation', tenant: 'acme' }]);
  expect(JSON.parse((await cli('tenant-key', '--json')).stdout)).toEqual(answer);
  expect(server.requests[1]).toMatchObject({ url: '/api/v1/tenants/default/key-rotation' });
});

it('a failure of the master key is one that may pass', async () => {
  server.answers.push([503, { code: 'master-key-unavailable', title: 'The master key cannot be used now' }]);
  expect((await cli('tenant-key')).code).toBe(5);
});
