import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AdministrationServer } from '../testing/administration-server.js';
import { runCli } from '../testing/run-cli.js';

const TENANT = {
  id: 'acme',
  plan: 'pro',
  status: 'active',
  name: 'Acme',
  created_at: '2025-10-06T12:00:00Z',
  revision: 4,
  effective_limits: { eventsPerDay: 10 },
};

let server: AdministrationServer;
let folder: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'attestlog-tenant-'));
  server = await new AdministrationServer().start();
});
afterEach(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const cli = (...args: string[]) =>
  runCli(['tenant', ...args], { env: { ATTESTLOG_URL: server.url, ATTESTLOG_KEY: 'k' } });
/** What was asked, but for whose it is. */
const asked = () => server.requests.map(({ tenant: _, ...request }) => request);

describe('tenant create', () => {
  it('sends what the flags say, and settings from a file', async () => {
    server.answers.push([201, TENANT]);
    const settings = join(folder, 'settings.json');
    writeFileSync(settings, JSON.stringify({ policy: { level: 'writes_only' } }));
    const result = await cli('create', 'acme', '--name', 'Acme', '--plan', 'pro', '--settings', settings);
    expect(result.code).toBe(0);
    expect(result.stdout).toContain('acme');
    expect(asked()).toMatchObject([
      {
        method: 'POST',
        url: '/api/v1/tenants',
        body: { id: 'acme', name: 'Acme', plan: 'pro', settings: { policy: { level: 'writes_only' } } },
      },
    ]);
  });

  it('tells of settings that are no JSON before it asks anything', async () => {
    const settings = join(folder, 'settings.json');
    writeFileSync(settings, '{');
    expect((await cli('create', '--settings', settings)).code).toBe(4);
    expect(asked()).toEqual([]);
  });
});

describe('tenant set', () => {
  it('changes what is given, keeps the rest, and overwrites nobody', async () => {
    server.answers.push([200, TENANT], [200, { ...TENANT, status: 'suspended' }]);
    expect((await cli('set', 'acme', '--status', 'suspended')).code).toBe(0);
    expect(asked()[1]).toEqual({
      method: 'PUT',
      url: '/api/v1/tenants/acme',
      ifMatch: '"4"',
      body: { name: 'Acme', plan: 'pro', status: 'suspended' },
    });
  });

  it('needs something to change', async () => {
    expect((await cli('set', 'acme')).code).toBe(4);
    expect(asked()).toEqual([]);
  });
});

describe('tenant delete', () => {
  it('asks twice, with the confirmation of the first answer', async () => {
    server.answers.push([409, { code: 'confirmation-needed', confirm: 'yes.really' }], [204, undefined]);
    expect((await cli('delete', 'acme', '--yes')).code).toBe(0);
    expect(asked().map(({ method, url: path }) => `${method} ${path}`)).toEqual([
      'DELETE /api/v1/tenants/acme',
      'DELETE /api/v1/tenants/acme?confirm=yes.really',
    ]);
  });

  it('does nothing without --yes', async () => {
    const result = await cli('delete', 'acme');
    expect([result.code, result.stderr]).toEqual([4, expect.stringContaining('--yes')]);
    expect(asked()).toEqual([]);
  });

  it('tells of any other refusal', async () => {
    server.answers.push([409, { code: 'hold-in-force', title: 'A legal hold forbids it' }]);
    const result = await cli('delete', 'acme', '--yes');
    expect(result.code).not.toBe(0);
    expect(result.stderr).toContain('legal hold');
    expect(asked()).toHaveLength(1);
  });
});

it('tenant list goes through all pages, and usage shows the total', async () => {
  server.answers.push(
    [200, { tenants: [TENANT], next: 'acme' }],
    [200, { tenants: [{ ...TENANT, id: 'b' }], next: null }],
  );
  const listed = await cli('list', '--json');
  expect(listed.stdout.trim().split('\n')).toHaveLength(2);
  expect(asked()[1]!.url).toBe('/api/v1/tenants?after=acme');
  server.answers.push([200, { usage: [{ period: '2025-10', events: 3, bytes: 30 }], total: { events: 3, bytes: 30 } }]);
  const usage = await cli('usage', 'acme', '--by', 'month');
  expect(usage.stdout).toMatch(/2025-10\s+3\s+30[\s\S]*total\s+3\s+30/);
  expect(asked()[2]!.url).toBe('/api/v1/tenants/acme/usage?by=month');
});
