import { afterEach, beforeEach, expect, test } from 'vitest';
import { type HttpService, sampleEvent, startHttp } from '../../../testing/http-service.js';
import { permissions } from '../../access/permissions.js';

const TENANT = { 'x-tenant-id': 'acme' };

let http: HttpService;

beforeEach(async () => {
  http = await startHttp();
  await http.post('/api/v1/events', sampleEvent('a'), TENANT);
});
afterEach(() => http.close());

test('everything that can be allowed is listed, with whether it can be narrowed', async () => {
  const listed = (await http.get('/api/v1/permissions', TENANT)).json().permissions;
  expect(listed.map(({ name }: { name: string }) => name)).toEqual(Object.keys(permissions));
  expect(listed).toContainEqual({ name: 'log:read', description: permissions['log:read'], conditions: false });
  expect(listed).toContainEqual({ name: 'pii:read', description: permissions['pii:read'], conditions: true });
});

test('what a user may do in a module follows each change of the user and of a role', async () => {
  const role = { name: 'lead', grants: [{ permissions: ['events:read'], modules: ['wms'] }] };
  await http.post('/api/v1/roles', role, TENANT);
  const user = (await http.post('/api/v1/users', { login: 'jane', roles: ['lead', 'audit_writer'] }, TENANT)).json();
  const given = async (module: string, headers = TENANT) =>
    (await http.get(`/api/v1/users/${user.id}/permissions?module=${module}`, headers)).json().permissions;
  expect(await given('wms')).toEqual(['events:read', 'events:write']);
  expect(await given('hr')).toEqual(['events:write']);
  expect(await given('wms', { 'x-tenant-id': 'other' })).toEqual([]);
  await http.request({
    method: 'PUT',
    url: '/api/v1/roles/lead',
    headers: { ...TENANT, 'if-match': '*' },
    payload: {},
  });
  expect(await given('wms')).toEqual(['events:write']);
  await http.request({
    method: 'PATCH',
    url: `/api/v1/users/${user.id}`,
    headers: { ...TENANT, 'if-match': '*' },
    payload: { roles: ['audit_export'] },
  });
  expect(await given('wms')).toEqual(['events:export']);
});

test('what each role gives in a module', async () => {
  const role = { name: 'lead', grants: [{ permissions: ['events:read'], modules: ['wms'] }] };
  await http.post('/api/v1/roles', role, TENANT);
  const given = async (module: string) =>
    (await http.get(`/api/v1/permissions/modules/${module}`, TENANT)).json().roles;
  expect(await given('wms')).toMatchObject({ lead: ['events:read'] });
  expect(await given('hr')).toMatchObject({ lead: [] });
  expect((await http.get(`/api/v1/permissions/modules/${'x'.repeat(300)}`, TENANT)).statusCode).toBe(404);
});

test('without a module, or of nobody, there is nothing to tell', async () => {
  expect((await http.get('/api/v1/users/none/permissions', TENANT)).json().code).toBe('query-invalid');
  expect((await http.get('/api/v1/users/none/permissions?module=wms', TENANT)).json().permissions).toEqual([]);
});
