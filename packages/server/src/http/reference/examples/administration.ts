import type { ExampleCall } from '../example-call.js';

const role = { path: { name: 'wms_reader' } };
const key = { path: { id: '{{key}}' } };
const user = { path: { id: '{{user}}' } };
const hold = { path: { id: '{{hold}}' } };
const tenant = { path: { id: 'globex' } };
const anyRevision = { headers: { 'If-Match': '*' } };
const passwords = {
  first: 'correct horse battery staple',
  second: 'purple monkey dishwasher',
  third: 'nine lazy foxes jump',
};
const login = { login: 'jim', password: passwords.first };
const TOKEN = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJqaW0ifQ.c2lnbmF0dXJl';

/** Roles, keys, users and tenants are set up, and personal data is dealt with. */
export const administrationExamples: readonly ExampleCall[] = [
  { operation: 'GET /api/v1/permissions', status: 200 },
  { operation: 'GET /api/v1/permissions/modules/{module}', status: 200, path: { module: 'wms' } },
  { operation: 'GET /api/v1/roles/templates', status: 200 },
  {
    operation: 'POST /api/v1/roles',
    status: 201,
    body: { name: 'wms_reader', template: 'module_reader', parameters: { module: 'wms' } },
  },
  { operation: 'GET /api/v1/roles', status: 200 },
  { operation: 'GET /api/v1/roles/{name}', status: 200, ...role },
  {
    operation: 'PUT /api/v1/roles/{name}',
    status: 200,
    ...role,
    ...anyRevision,
    body: {
      description: 'Reads the events of orders',
      grants: [{ permissions: ['events:read'], filter: 'action:order.*' }],
    },
  },
  { operation: 'DELETE /api/v1/roles/{name}', status: 204, ...role, ...anyRevision },

  {
    operation: 'POST /api/v1/keys',
    status: 201,
    body: { name: 'Nightly report', roles: ['audit_reader'], addresses: ['127.0.0.0/8', '192.0.2.0/24'] },
    keeps: { key: { pointer: '/id', shown: '3kTMd8Zs1yQ' }, key_text: { pointer: '/key', shown: 'attestlog_key_…' } },
  },
  { operation: 'GET /api/v1/keys', status: 200, query: { limit: '20' } },
  { operation: 'GET /api/v1/keys/{id}', status: 200, ...key },
  { operation: 'POST /api/v1/keys/{id}/rotate', status: 200, ...key, body: { overlap_seconds: 3600 } },
  { operation: 'DELETE /api/v1/keys/{id}', status: 200, ...key },

  {
    operation: 'POST /api/v1/users',
    status: 201,
    body: { ...login, name: 'Jim', roles: ['auditor'] },
    keeps: { user: { pointer: '/id', shown: '7hVbQ2nLx4R' } },
  },
  { operation: 'GET /api/v1/users', status: 200 },
  { operation: 'GET /api/v1/users/{id}', status: 200, ...user },
  { operation: 'GET /api/v1/users/{id}/permissions', status: 200, ...user, query: { module: 'wms' } },
  {
    operation: 'POST /api/v1/auth/token',
    status: 200,
    body: { grant_type: 'password', tenant: 'default', ...login },
    keeps: {
      refresh_token: { pointer: '/refresh_token', shown: 'attestlog_refresh_…' },
      access_token: { pointer: '/access_token', shown: TOKEN },
    },
  },
  { operation: 'POST /api/v1/auth/revoke', status: 204, body: { token: '{{access_token}}' } },
  {
    operation: 'POST /api/v1/auth/token',
    status: 200,
    body: { grant_type: 'password', tenant: 'default', ...login },
    keeps: { refresh_token: { pointer: '/refresh_token', shown: 'attestlog_refresh_…' } },
  },
  { operation: 'POST /api/v1/auth/logout', status: 204, body: { refresh_token: '{{refresh_token}}' } },
  {
    operation: 'POST /api/v1/auth/password',
    status: 204,
    body: { tenant: 'default', ...login, new_password: passwords.second },
  },
  { operation: 'PUT /api/v1/users/{id}/password', status: 204, ...user, body: { password: passwords.third } },
  { operation: 'DELETE /api/v1/users/{id}/sessions', status: 204, ...user },
  { operation: 'PATCH /api/v1/users/{id}', status: 200, ...user, body: { disabled: true } },
  { operation: 'POST /api/v1/auth/revocations', status: 204, body: { principal: 'external:corporate:jane' } },
  {
    operation: 'POST /api/v1/auth/signing-keys',
    status: 201,
    keeps: { kid: { pointer: '/kid', shown: 'b7Xq0' } },
  },
  { operation: 'GET /api/v1/auth/signing-keys', status: 200 },
  { operation: 'GET /.well-known/jwks.json', status: 200 },
  { operation: 'DELETE /api/v1/auth/signing-keys/{kid}', status: 204, path: { kid: '{{kid}}' } },

  {
    operation: 'POST /api/v1/tenants',
    status: 201,
    body: { id: 'globex', name: 'Globex', plan: 'pro', owner: 'jane' },
  },
  { operation: 'GET /api/v1/tenants', status: 200 },
  { operation: 'GET /api/v1/tenants/{id}', status: 200, ...tenant },
  {
    operation: 'PUT /api/v1/tenants/{id}',
    status: 200,
    ...tenant,
    ...anyRevision,
    body: { name: 'Globex Corporation', plan: 'enterprise', settings: { readAuditing: 'sessions' } },
  },
  { operation: 'GET /api/v1/tenants/{id}/usage', status: 200, ...tenant },
  { operation: 'POST /api/v1/tenants/{id}/key-rotation', status: 200, ...tenant },
  { operation: 'GET /api/v1/policy', status: 200 },
  {
    operation: 'PUT /api/v1/policy',
    status: 200,
    ...anyRevision,
    body: { policy: { exclude_actions: ['healthcheck.read'] }, detection: { actions: { credit_card: 'mask' } } },
  },

  {
    operation: 'POST /api/v1/privacy/holds',
    status: 201,
    body: { subject: 'jane', reason: 'Case 2025/17' },
    keeps: { hold: { pointer: '/id', shown: '0199b8a2-7f00-7000-8000-000000000003' } },
  },
  { operation: 'GET /api/v1/privacy/holds', status: 200 },
  { operation: 'GET /api/v1/privacy/holds/{id}', status: 200, ...hold },
  { operation: 'DELETE /api/v1/privacy/holds/{id}', status: 204, ...hold },
  {
    operation: 'POST /api/v1/privacy/exports',
    status: 200,
    body: { subject: 'jane', reason: 'Request of the person' },
  },
  {
    operation: 'GET /api/v1/events/{id}/openings',
    status: 200,
    path: { id: 'order-1042-approved' },
    headers: { 'X-Reason': 'Case 2025/17' },
  },
  {
    operation: 'GET /api/v1/privacy/openings',
    status: 200,
    query: { from: '0', to: '2' },
    headers: { 'X-Reason': 'Case 2025/17' },
  },
  {
    operation: 'POST /api/v1/privacy/erasures',
    status: 200,
    otherStatus: 202,
    body: { subject: 'jane', reason: 'Request of the person' },
    keeps: { erasure: { pointer: '/id', shown: '0199b8a2-7f00-7000-8000-000000000004' } },
  },
  { operation: 'GET /api/v1/privacy/erasures', status: 200 },
  { operation: 'GET /api/v1/privacy/erasures/{id}', status: 200, path: { id: '{{erasure}}' } },

  {
    operation: 'DELETE /api/v1/tenants/{id}',
    status: 409,
    ...tenant,
    keeps: { confirm: { pointer: '/confirm', shown: 'mwqrxg53.1g3RyS9qw80n34OphF9lJAMswLHz7PGB' } },
  },
  { operation: 'DELETE /api/v1/tenants/{id}', status: 204, ...tenant, query: { confirm: '{{confirm}}' } },
  { operation: 'GET /log/{tenant}/tombstone', status: 200, path: { tenant: 'globex' } },
  { operation: 'GET /healthz', status: 200 },
  { operation: 'GET /readyz', status: 200 },
  { operation: 'GET /metrics', status: 200 },
];
