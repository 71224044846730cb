import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AdministrationServer } from '../testing/administration-server.js';
import { runCli } from '../testing/run-cli.js';

const ROLE = {
  name: 'warehouse',
  scope: 'tenant',
  description: 'Reads the warehouse',
  inherits: ['audit_writer'],
  grants: [{ permissions: ['events:read'], tenants: 'own', modules: ['wms'] }],
  revision: 7,
};

let server: AdministrationServer;
let folder: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'attestlog-role-'));
  server = await new AdministrationServer().start();
});
afterEach(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const cli = (...args: string[]) =>
  runCli(['role', ...args], { env: { ATTESTLOG_URL: server.url, ATTESTLOG_KEY: 'k' } });
/** What was asked, but for whose it is. */
const asked = () => server.requests.map(({ tenant: _, ...request }) => request);

describe('role create', () => {
  it('sends the flags as one grant', async () => {
    server.answers.push([201, ROLE]);
    const flags = ['--inherit', 'audit_writer', '--permission', 'events:read', '--permission', 'events:stream'];
    const conditions = ['--module', 'wms', '--module', 'yard', '--resource', 'order', '--own', '--filter', 'a:b'];
    const result = await cli('create', 'warehouse', '--description', 'Reads', ...flags, ...conditions);
    expect(result.code).toBe(0);
    expect(result.stdout).toContain('warehouse');
    expect(asked()).toEqual([
      {
        method: 'POST',
        url: '/api/v1/roles',
        ifMatch: undefined,
        body: {
          name: 'warehouse',
          description: 'Reads',
          inherits: ['audit_writer'],
          grants: [
            {
              permissions: ['events:read', 'events:stream'],
              modules: ['wms', 'yard'],
              resources: ['order'],
              own: true,
              filter: 'a:b',
            },
          ],
        },
      },
    ]);
  });

  it('takes a template with its parameters, and the roles of the deployment', async () => {
    server.answers.push([201, ROLE], [201, ROLE]);
    await cli('create', 'r', '--template', 'module_reader', '--parameter', 'module=a=b');
    await cli('create', 'r', '--deployment', '--permission', 'events:read', '--all-tenants');
    expect(asked()).toMatchObject([
      { url: '/api/v1/roles', body: { name: 'r', template: 'module_reader', parameters: { module: 'a=b' } } },
      { url: '/api/v1/roles?deployment=true', body: { grants: [{ permissions: ['events:read'], tenants: 'all' }] } },
    ]);
  });

  it('says what the server says', async () => {
    server.answers.push([
      403,
      { status: 403, title: 'Nobody can give more than they have', code: 'delegation-refused' },
    ]);
    const { code, stdout, stderr } = await cli('create', 'r', '--permission', 'system:manage');
    expect([code, stdout]).toEqual([6, '']);
    expect(stderr).toContain('Nobody can give more than they have');
  });
});

describe('role replace', () => {
  it('changes only what it has read', async () => {
    server.answers.push([200, ROLE], [200, { ...ROLE, revision: 8 }]);
    expect((await cli('replace', 'warehouse', '--description', 'new')).code).toBe(0);
    expect(asked()).toMatchObject([
      { method: 'GET', url: '/api/v1/roles/warehouse' },
      { method: 'PUT', url: '/api/v1/roles/warehouse', ifMatch: '"7"', body: { description: 'new' } },
    ]);
  });

  it('takes a file, also as show prints it', async () => {
    server.answers.push([200, ROLE]);
    const shown = (await cli('show', 'warehouse', '--json')).stdout;
    const file = join(folder, 'role.json');
    writeFileSync(file, shown);
    server.answers.push([200, ROLE], [200, ROLE]);
    expect((await cli('replace', 'warehouse', '--file', file)).code).toBe(0);
    const { description, inherits, grants } = ROLE;
    expect(asked().at(-1)).toMatchObject({ method: 'PUT', body: { description, inherits, grants } });
    expect(asked().at(-1)!.body).not.toHaveProperty('revision');
  });
});

it('role list prints a table, or JSON lines', async () => {
  server.answers.push(
    [200, { roles: [ROLE] }],
    [200, { roles: [ROLE] }],
    [200, { templates: [{ name: 't', parameters: { module: 'x' } }] }],
  );
  expect((await cli('list')).stdout).toBe(
    ['NAME       SCOPE   INHERITS      DESCRIPTION', 'warehouse  tenant  audit_writer  Reads the warehouse', ''].join(
      '\n',
    ),
  );
  expect(JSON.parse((await cli('list', '--json')).stdout)).toEqual(ROLE);
  expect((await cli('templates')).stdout).toMatch(/^t +module +-$/m);
});

it('role delete deletes whatever the role is now', async () => {
  server.answers.push([204, undefined]);
  expect(await cli('delete', 'a/b')).toMatchObject({ code: 0, stdout: '' });
  expect(asked()).toMatchObject([{ method: 'DELETE', url: '/api/v1/roles/a%2Fb', ifMatch: '*' }]);
});

describe('wrong use', () => {
  it.each([
    [['create']],
    [['nothing']],
    [['create', 'r', '--module', 'wms']],
    [['create', 'r', '--template', 't', '--parameter', 'module']],
    [['replace', 'r', '--file', '/nowhere/role.json']],
    [['replace', 'r']],
  ])('%j exits with 4 and asks nobody', async (args) => {
    expect((await cli(...args)).code).toBe(4);
    expect(asked()).toEqual([]);
  });

  it('a file that is no role is said', async () => {
    const file = join(folder, 'role.json');
    for (const text of ['{', '[]', '"x"']) {
      writeFileSync(file, text);
      expect((await cli('create', 'r', '--file', file)).code).toBe(4);
    }
  });
});

it('the help shows how', async () => {
  expect((await cli('--help')).stdout).toContain('attestlog role create warehouse');
  expect((await cli('create', '--help')).stdout).toContain('--json');
});
