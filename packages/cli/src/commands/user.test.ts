import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AdministrationServer } from '../testing/administration-server.js';
import { runCli } from '../testing/run-cli.js';

const USER = {
  id: 'u1',
  tenant: 'acme',
  login: 'jane',
  name: 'Jane',
  roles: ['auditor'],
  permissions: [],
  has_password: true,
};

let server: AdministrationServer;

beforeEach(async () => {
  server = await new AdministrationServer().start();
});
afterEach(() => server.stop());

const cli = (args: string[], stdin = '') =>
  runCli(['user', ...args], { env: { ATTESTLOG_URL: server.url, ATTESTLOG_KEY: 'k' }, stdin });

describe('user create', () => {
  it('takes the password from the standard input', async () => {
    server.answers.push([201, USER]);
    const result = await cli(
      ['create', 'jane', '--name', 'Jane', '--role', 'auditor', '--password-stdin'],
      'correct horse\n',
    );
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(result.stdout).toContain('jane');
    expect(server.requests).toEqual([
      {
        method: 'POST',
        url: '/api/v1/users',
        tenant: undefined,
        body: { login: 'jane', name: 'Jane', password: 'correct horse', roles: ['auditor'] },
      },
    ]);
  });

  it('needs one there when it is asked for', async () => {
    expect((await cli(['create', 'jane', '--password-stdin'], '\n')).code).toBe(4);
    expect((await cli(['create', 'jane', '--password-stdin'], 'x'.repeat(5000))).code).toBe(4);
    expect(server.requests).toEqual([]);
  });
});

it('user list prints a table, or JSON lines', async () => {
  const answer: [number, object] = [200, { users: [USER, { ...USER, id: 'u2', disabled_at: 'then' }], next: null }];
  server.answers.push(answer, answer);
  expect((await cli(['list'])).stdout).toBe(
    [
      'ID  LOGIN  NAME  ROLES    STATE',
      'u1  jane   Jane  auditor  enabled',
      'u2  jane   Jane  auditor  disabled then',
      '',
    ].join('\n'),
  );
  expect((await cli(['list', '--json', '--deployment'])).stdout.split('\n')).toHaveLength(3);
  expect(server.requests[1]!.url).toBe('/api/v1/users?deployment=true');
});

it('user update, password, logout and show name the user', async () => {
  server.answers.push([200, USER], [200, USER], [204, undefined], [204, undefined], [200, USER]);
  await cli(['update', 'u1', '--role', 'a', '--role', 'b']);
  await cli(['update', 'u1', '--disable']);
  expect(await cli(['password', 'u1'], 'correct horse')).toEqual({ code: 0, stdout: '', stderr: '' });
  expect((await cli(['logout', 'u1', '--deployment'])).code).toBe(0);
  expect(JSON.parse((await cli(['show', 'u1', '--json'])).stdout)).toEqual(USER);
  expect(server.requests.map(({ tenant: _tenant, ...request }) => request)).toEqual([
    { method: 'PATCH', url: '/api/v1/users/u1', body: { roles: ['a', 'b'] } },
    { method: 'PATCH', url: '/api/v1/users/u1', body: { disabled: true } },
    { method: 'PUT', url: '/api/v1/users/u1/password', body: { password: 'correct horse' } },
    { method: 'DELETE', url: '/api/v1/users/u1/sessions?deployment=true', body: undefined },
    { method: 'GET', url: '/api/v1/users/u1', body: undefined },
  ]);
});

it.each([[['update', 'u1']], [['update', 'u1', '--enable', '--disable']], [['password', 'u1']]])(
  '%j without what it needs exits with 4',
  async (args) => {
    expect((await cli(args)).code).toBe(4);
    expect(server.requests).toEqual([]);
  },
);
