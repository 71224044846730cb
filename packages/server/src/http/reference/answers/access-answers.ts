import type { AnswerTable } from './answer-table.js';

const json = 'application/json';
const at = '2025-10-06T09:15:00Z';

const grant = { tenants: 'own', permissions: ['events:read', 'events:stream'], modules: ['wms'] };
const made = { created_at: at, updated_at: at };
const role = { name: 'wms_reader', scope: 'tenant', template: 'module_reader', inherits: [], grants: [grant], ...made };
const builtin = {
  name: 'audit_writer',
  scope: 'builtin',
  description: 'Records events for its tenant, and reads none.',
  inherits: [],
  grants: [{ permissions: ['events:write'], tenants: 'own' }],
};
const template = {
  name: 'module_reader',
  description: 'Reads the events of one module.',
  parameters: { module: 'The module: a source.service or a category, such as wms or finance.' },
};

const key = {
  id: 'pLZdAidQsodD',
  tenant: 'default',
  name: 'Nightly report',
  permissions: [],
  roles: ['audit_reader'],
  addresses: ['192.0.2.0/24'],
  secrets: [{ created_at: at }],
  created_at: at,
  created_by: 'bootstrap',
};
const rotated = {
  ...key,
  secrets: [{ created_at: '2025-11-06T09:15:00Z' }, { created_at: at, until: '2025-11-07T09:15:00Z' }],
};
const secret = 'alk_pLZdAidQsodD_SECRET';

const user = {
  id: 'BLwLr9BERyYX1sfY',
  tenant: 'default',
  login: 'jim',
  name: 'Jim',
  subject: 'jim',
  permissions: [],
  roles: ['auditor'],
  ...made,
  created_by: 'bootstrap',
  has_password: true,
};

const kid = 'eBdHOPK3IxPRVX23jhAJAVfXCaYGsoj7R_UNzlFNo6o';
const signingKey = { kid, created_at: at, signs_from: '2025-10-06T09:25:00Z' };

/** Of roles, keys, users and tokens. */
export const accessAnswers: AnswerTable = {
  'GET /api/v1/roles': { 200: { [json]: { roles: [builtin, { ...role, revision: 139 }] } } },
  'POST /api/v1/roles': { 201: { [json]: { ...role, revision: 139 } } },
  'GET /api/v1/roles/templates': { 200: { [json]: { templates: [template] } } },
  'GET /api/v1/roles/{name}': { 200: { [json]: { ...role, revision: 139, effective: [grant] } } },
  'PUT /api/v1/roles/{name}': {
    200: { [json]: { ...role, description: 'Reads the events of the warehouse', revision: 143 } },
  },
  'GET /api/v1/permissions': {
    200: {
      [json]: {
        permissions: [
          { name: 'events:write', description: 'Record events.', conditions: false },
          { name: 'events:read', description: 'Read events, one or a page.', conditions: true },
        ],
      },
    },
  },
  'GET /api/v1/permissions/modules/{module}': {
    200: { [json]: { module: 'wms', roles: { wms_reader: ['events:read', 'events:stream'] } } },
  },
  'GET /api/v1/users/{id}/permissions': {
    200: { [json]: { user: user.id, module: 'wms', permissions: ['events:read', 'log:read'] } },
  },
  'GET /api/v1/keys': { 200: { [json]: { keys: [key], next: null } } },
  'POST /api/v1/keys': { 201: { [json]: { key: secret, ...key } } },
  'GET /api/v1/keys/{id}': { 200: { [json]: key } },
  'DELETE /api/v1/keys/{id}': {
    200: { [json]: { ...key, revoked_at: '2025-12-01T08:00:00Z', revoked_by: 'bootstrap' } },
  },
  'POST /api/v1/keys/{id}/rotate': { 200: { [json]: { key: secret, ...rotated } } },
  'GET /api/v1/users': { 200: { [json]: { users: [user], next: null } } },
  'POST /api/v1/users': { 201: { [json]: user } },
  'GET /api/v1/users/{id}': { 200: { [json]: user } },
  'PATCH /api/v1/users/{id}': { 200: { [json]: { ...user, disabled_at: '2025-12-01T08:00:00Z' } } },
  'POST /api/v1/auth/token': {
    200: {
      [json]: {
        access_token: 'HEADER.CLAIMS.SIGNATURE',
        token_type: 'Bearer',
        expires_in: 900,
        refresh_token: 'alr_Zs50WNoMunfPDx5G_SECRET',
        refresh_expires_in: 2_592_000,
      },
    },
  },
  'GET /api/v1/auth/signing-keys': { 200: { [json]: { keys: [signingKey] } } },
  'POST /api/v1/auth/signing-keys': { 201: { [json]: signingKey } },
  'GET /.well-known/jwks.json': {
    200: {
      'application/jwk-set+json': {
        keys: [
          { kty: 'RSA', n: '0FYugJu_AFIELA-gdfWS3k6Xlmv2LvlMBUtlS0fw9YU', e: 'AQAB', kid, alg: 'RS256', use: 'sig' },
        ],
      },
    },
  },
};
