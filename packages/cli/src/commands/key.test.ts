import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AdministrationServer } from '../testing/administration-server.js';
import { runCli } from '../testing/run-cli.js';

const KEY = {
  id: 'A1b2C3d4E5f6',
  tenant: 'acme',
  name: 'shop',
  roles: ['audit_writer'],
  permissions: [],
  addresses: [],
};

let server: AdministrationServer;

beforeEach(async () => {
  server = await new AdministrationServer().start();
});
afterEach(() => server.stop());

const cli = (...args: string[]) =>
  runCli(['key', ...args], { env: { ATTESTLOG_URL: server.url, ATTESTLOG_KEY: 'k', ATTESTLOG_TENANT: 'acme' } });

describe('key create', () => {
  it('prints the key alone, so that it can go into a file', async () => {
    server.answers.push([201, { key: 'alk_secret', ...KEY }]);
    const result = await cli(
      'create',
      'web shop',
      '--role',
      'audit_writer',
      '--role',
      'b',
      '--address',
      '10.0.0.0/8',
      '--expires',
      '2027-01-01T00:00:00Z',
    );
    expect(result).toEqual({ code: 0, stdout: 'alk_secret\n', stderr: 'Key A1b2C3d4E5f6, shown this once:\n' });
    expect(server.requests).toEqual([
      {
        method: 'POST',
        url: '/api/v1/keys',
        tenant: 'acme',
        body: {
          name: 'web shop',
          roles: ['audit_writer', 'b'],
          addresses: ['10.0.0.0/8'],
          expires_at: '2027-01-01T00:00:00Z',
        },
      },
    ]);
  });

  it('prints the whole answer as JSON', async () => {
    server.answers.push([201, { key: 'alk_secret', ...KEY }]);
    const { stdout } = await cli('create', 'shop', '--deployment', '--json');
    expect(JSON.parse(stdout)).toEqual({ key: 'alk_secret', ...KEY });
    expect(server.requests[0]!.url).toBe('/api/v1/keys?deployment=true');
  });

  it('says what the server says', async () => {
    server.answers.push([
      403,
      { status: 403, title: 'Nobody can give more than they have', code: 'delegation-refused' },
    ]);
    const { code, stdout, stderr } = await cli('create', 'shop');
    expect([code, stdout]).toEqual([6, '']);
    expect(stderr).toContain('Nobody can give more than they have');
    expect(server.requests).toHaveLength(1);
  });
});

it('key list prints all pages as one table, or as JSON lines', async () => {
  const revoked = { ...KEY, id: 'B', revoked_at: '2026-01-01T00:00:00Z' };
  const pages: [number, object][] = [
    [200, { keys: [KEY], next: 'A1b2C3d4E5f6' }],
    [200, { keys: [revoked], next: null }],
  ];
  server.answers.push(...pages, ...pages);
  expect((await cli('list')).stdout).toBe(
    [
      'ID            NAME  ROLES         LAST USED  STATE',
      'A1b2C3d4E5f6  shop  audit_writer  -          in force',
      'B             shop  audit_writer  -          revoked 2026-01-01T00:00:00Z',
      '',
    ].join('\n'),
  );
  expect(server.requests.map(({ url }) => url)).toEqual(['/api/v1/keys', '/api/v1/keys?after=A1b2C3d4E5f6']);
  const lines = (await cli('list', '--json')).stdout.trim().split('\n');
  expect(lines.map((line) => JSON.parse(line).id)).toEqual(['A1b2C3d4E5f6', 'B']);
});

it('key show, rotate and revoke name the key', async () => {
  server.answers.push([200, KEY], [200, { key: 'alk_next', ...KEY }], [200, KEY]);
  expect((await cli('show', 'A/1')).stdout).toContain('name');
  expect((await cli('rotate', 'A1', '--overlap', '7d')).stdout).toBe('alk_next\n');
  expect((await cli('revoke', 'A1')).code).toBe(0);
  expect(server.requests).toMatchObject([
    { method: 'GET', url: '/api/v1/keys/A%2F1' },
    { method: 'POST', url: '/api/v1/keys/A1/rotate', body: { overlap_seconds: 604_800 } },
    { method: 'DELETE', url: '/api/v1/keys/A1' },
  ]);
});

describe('wrong use', () => {
  it.each([[['rotate', 'A1', '--overlap', 'soon']], [['create']], [['nothing']]])('%j exits with 4', async (args) => {
    expect((await cli(...args)).code).toBe(4);
    expect(server.requests).toEqual([]);
  });

  it('a server that is not there, or is none of ours, is said', async () => {
    server.answers.push([200, 'hello']);
    expect(await cli('show', 'A1')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('not that of an Attestlog server'),
    });
    const { url } = server;
    await server.stop();
    expect((await runCli(['key', 'show', 'A1'], { env: { ATTESTLOG_URL: url } })).code).toBe(5);
  });
});

it('the help shows how', async () => {
  expect((await cli('--help')).stdout).toContain('attestlog key rotate');
  expect((await cli('create', '--help')).stdout).toContain('--json');
});
