import type { InjectOptions } from 'fastify';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { asPrincipals, credentialOf } from '../../../testing/as-principals.js';
import { type HttpService, startHttp } from '../../../testing/http-service.js';
import { samplePrincipal } from '../../../testing/principals.js';
import { builtinRoles } from '../../access/builtin-roles.js';
import { roleTemplates } from '../../access/role-templates.js';

const principals = {
  admin: samplePrincipal({ subject: 'admin', roles: ['admin'] }),
  stranger: samplePrincipal({ subject: 'stranger', tenant: 'other', roles: ['admin'] }),
  auditor: samplePrincipal({ subject: 'auditor', roles: ['auditor'] }),
  operator: samplePrincipal({ subject: 'operator', tenant: undefined, roles: ['system_admin'] }),
  overseer: samplePrincipal({ subject: 'overseer', roles: ['wms_lead'] }),
};
type Name = keyof typeof principals;

const ROLES = '/api/v1/roles';
const ROLE = `${ROLES}/wms_lead`;
const lead = {
  name: 'wms_lead',
  description: 'Leads the warehouse',
  inherits: ['audit_writer'],
  grants: [{ permissions: ['events:read'], tenants: 'own', modules: ['wms'] }],
};
const { name: _, ...input } = lead;

let http: HttpService;

beforeEach(async () => {
  http = await startHttp({ replace: asPrincipals((name) => principals[name as Name]) });
  for (const tenant of ['acme', 'other']) {
    await http.post('/api/v1/events', { action: 'tenant.begin' }, { 'x-tenant-id': tenant });
  }
});
afterEach(() => http.close());

const as = (name: Name, method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, payload?: object, headers = {}) =>
  http.app.inject({
    method,
    url,
    headers: { ...credentialOf(name), ...headers },
    ...(payload === undefined ? {} : { payload }),
  } as InjectOptions);
const namesOf = (answer: { json(): { roles: { name: string }[] } }) => answer.json().roles.map(({ name }) => name);

describe('a role', () => {
  test('is made, read with what it gives in effect, changed, listed and deleted', async () => {
    const made = await as('admin', 'POST', ROLES, lead);
    expect([made.statusCode, made.headers.location]).toEqual([201, ROLE]);
    expect(made.json()).toMatchObject({ ...lead, scope: 'tenant', created_at: expect.any(String) });

    const read = await as('auditor', 'GET', ROLE);
    expect(read.headers.etag).toBe(made.headers.etag);
    expect(read.json().effective).toEqual([
      { permissions: ['events:read'], tenants: 'own', modules: ['wms'] },
      { permissions: ['events:write'], tenants: 'own' },
    ]);

    const put = await as('admin', 'PUT', ROLE, { description: 'new' }, { 'if-match': read.headers.etag });
    expect([put.statusCode, put.json().description, put.json().grants]).toEqual([200, 'new', []]);
    expect(put.headers.etag).not.toBe(read.headers.etag);

    expect(namesOf(await as('auditor', 'GET', ROLES))).toEqual([...Object.keys(builtinRoles), 'wms_lead']);
    const deleted = await as('admin', 'DELETE', ROLE, undefined, { 'if-match': put.headers.etag });
    expect([deleted.statusCode, deleted.body]).toEqual([204, '']);
    expect((await as('admin', 'GET', ROLE)).json().code).toBe('role-unknown');
  });

  test('gives what it gives from the next request on, and no more from the one after its deletion', async () => {
    expect((await as('overseer', 'GET', '/api/v1/events')).statusCode).toBe(403);
    await as('admin', 'POST', ROLES, lead);
    expect((await as('overseer', 'GET', '/api/v1/events')).statusCode).toBe(200);
    expect((await as('overseer', 'POST', '/api/v1/events', { action: 'a.b' })).statusCode).toBe(201);
    await as('admin', 'DELETE', ROLE, undefined, { 'if-match': '*' });
    expect((await as('overseer', 'GET', '/api/v1/events')).statusCode).toBe(403);
  });

  test('of another tenant is not there', async () => {
    await as('admin', 'POST', ROLES, lead);
    expect((await as('stranger', 'GET', ROLE)).json().code).toBe('role-unknown');
    expect(namesOf(await as('stranger', 'GET', ROLES))).not.toContain('wms_lead');
    expect((await as('stranger', 'POST', ROLES, lead)).statusCode).toBe(201);
  });

  test('is changed and deleted only by whoever knows what it is now', async () => {
    const { headers } = await as('admin', 'POST', ROLES, lead);
    await as('admin', 'PUT', ROLE, input, { 'if-match': headers.etag });
    for (const method of ['PUT', 'DELETE'] as const) {
      const payload = method === 'PUT' ? input : undefined;
      for (const [match, status, code] of [
        [undefined, 428, 'revision-missing'],
        [headers.etag, 412, 'revision-lost'],
        ['"nonsense"', 412, 'revision-lost'],
        ['W/"1"', 412, 'revision-lost'],
      ] as const) {
        const answer = await as('admin', method, ROLE, payload, match === undefined ? {} : { 'if-match': match });
        expect([method, match, answer.statusCode, answer.json().code]).toEqual([method, match, status, code]);
      }
    }
    expect((await as('admin', 'GET', ROLE)).statusCode).toBe(200);
  });

  test.each([
    ['no body', undefined, 415, 'body-wrong-type'],
    ['a body that is no JSON', '{"name":', 400, 'body-not-json'],
    ['a key twice', '{"name":"a","name":"b"}', 400, 'body-not-json'],
    ['an unknown member', { ...lead, admin: true }, 422, 'role-invalid'],
    ['no name', input, 422, 'role-invalid'],
    ['a name that is none', { ...lead, name: '../x' }, 422, 'role-invalid'],
    ['an unknown permission', { name: 'a', grants: [{ permissions: ['all'] }] }, 422, 'role-invalid'],
    [
      'a filter that is none',
      { name: 'a', grants: [{ permissions: ['events:read'], filter: '((' }] },
      422,
      'role-invalid',
    ],
    ['the name of a built-in role', { ...lead, name: 'admin' }, 409, 'role-exists'],
    ['more than its maker has', { name: 'a', grants: [{ permissions: ['system:manage'] }] }, 403, 'delegation-refused'],
  ])('with %s is refused', async (_what, body, status, code) => {
    const answer = await http.app.inject({
      method: 'POST',
      url: ROLES,
      headers: { ...credentialOf('admin'), ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    expect([answer.statusCode, answer.json().code]).toEqual([status, code]);
  });

  test('that is not as it should be is refused with each place that is wrong', async () => {
    const answer = await as('admin', 'POST', ROLES, { name: 'A', grants: [{ permissions: ['x'], modules: [] }] });
    expect(
      answer
        .json()
        .problems.map(({ pointer }: { pointer: string }) => pointer)
        .sort(),
    ).toEqual(['/grants/0/modules', '/grants/0/permissions/0', '/name']);
  });
});

describe('a built-in role', () => {
  test('is read like any other, and cannot be changed', async () => {
    const read = await as('auditor', 'GET', `${ROLES}/user`);
    expect(read.json()).toMatchObject({ name: 'user', scope: 'builtin' });
    expect(read.json().effective).toContainEqual({ permissions: ['events:read'], tenants: 'own', own: true });
    const changed = await as('operator', 'PUT', `${ROLES}/user`, input, { 'if-match': '*' });
    expect([changed.statusCode, changed.json().code]).toEqual([404, 'role-unknown']);
  });
});

describe('roles of the deployment', () => {
  const url = `${ROLES}?deployment=true`;
  const shared = { name: 'shared', grants: [{ permissions: ['events:read'], tenants: 'all' }] };

  test('are made by the deployment’s administrators only, and seen by every tenant', async () => {
    for (const [name, status] of [
      ['admin', 403],
      ['auditor', 403],
      ['operator', 201],
    ] as const) {
      expect([name, (await as(name, 'POST', url, shared)).statusCode]).toEqual([name, status]);
    }
    expect(namesOf(await as('stranger', 'GET', ROLES))).toContain('shared');
    expect((await as('admin', 'GET', `${ROLES}/shared?deployment=true`)).statusCode).toBe(403);
    expect((await as('operator', 'GET', `${ROLES}/shared?deployment=true`)).json().scope).toBe('deployment');
    expect((await as('admin', 'POST', ROLES, { name: 'shared' })).json().code).toBe('role-exists');
  });

  test('can be made from by a tenant only as far as its own power goes', async () => {
    await as('operator', 'POST', url, shared);
    const heir = await as('admin', 'POST', ROLES, { name: 'heir', inherits: ['shared'] });
    expect([heir.statusCode, heir.json().code]).toEqual([403, 'delegation-refused']);
  });
});

test('templates are shown with what they need', async () => {
  const { templates } = (await as('auditor', 'GET', `${ROLES}/templates`)).json();
  expect(templates.map(({ name }: { name: string }) => name)).toEqual(Object.keys(roleTemplates));
  expect(templates[0]).toEqual({
    name: 'module_reader',
    description: expect.any(String),
    parameters: { module: expect.any(String) },
  });
});

test('every change is on record in the tenant’s log before it is answered', async () => {
  await as('admin', 'POST', ROLES, lead);
  const events = (await as('admin', 'GET', '/api/v1/events?q=action:role.create')).json().events;
  expect(events.map(({ event }: { event: unknown }) => event)).toMatchObject([
    { category: 'audit', actor: { id: 'admin' }, targets: [{ type: 'role', id: 'wms_lead' }], outcome: 'success' },
  ]);
});
