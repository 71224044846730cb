import { defaultPolicy, defaultSealing } from '@attestlog/event';
import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bareRoutes } from '../../../testing/bare-routes.js';
import { RecordingAuditTrail } from '../../../testing/recording-audit-trail.js';
import { openMemoryRegistry } from '../../adapters/memory/memory-registry.js';
import { MemoryWorld } from '../../adapters/memory/memory-world.js';
import { SystemClock } from '../../adapters/system/system-clock.js';
import { TenantDirectory } from '../../tenants/tenant-directory.js';
import { type PolicyRouteServices, registerPolicyRoutes } from './policy-routes.js';

const SALT = 'salt of the deployment';

let audit: RecordingAuditTrail;
let tenants: TenantDirectory;
let app: FastifyInstance;

beforeEach(async () => {
  audit = new RecordingAuditTrail();
  tenants = new TenantDirectory({ registry: openMemoryRegistry(new MemoryWorld().registry), clock: new SystemClock() });
  await tenants.create('acme', { name: 'Acme', settings: { readAuditing: 'each' } }, '2025-10-06T12:00:00Z');
  const recording = { ...defaultPolicy, level: 'all' as const, sample_salt: SALT };
  const services = {
    audit,
    tenants,
    limits: { maxBodyBytes: 100_000 },
    delegations: {},
    deploymentPolicy: { recording, sealing: defaultSealing, maskStyle: 'partial' },
  } as unknown as PolicyRouteServices;
  app = await bareRoutes(['policies:read', 'policies:update'], (bare) => registerPolicyRoutes(bare, services));
});
afterEach(() => app.close());

const get = () => app.inject({ method: 'GET', url: '/api/v1/policy' });
const put = (body: unknown, headers: Record<string, string> = { 'if-match': '*' }) =>
  app.inject({
    method: 'PUT',
    url: '/api/v1/policy',
    headers: { 'content-type': 'application/json', ...headers },
    payload: JSON.stringify(body),
  });

test('a tenant that sets nothing has the deployment’s policy', async () => {
  const response = await get();
  const { sample_salt: _, ...shown } = defaultPolicy;
  expect(response.json()).toEqual({
    tenant: 'acme',
    revision: expect.any(Number),
    recording: { ...shown, level: 'all', has_sample_salt: true },
    detection: {},
    sealing: defaultSealing,
    mask_style: 'partial',
    reason_for_personal_data: false,
    settings: {},
  });
  expect(response.headers.etag).toBe(`"${response.json().revision}"`);
  expect(response.body).not.toContain(SALT);
});

test('what a tenant sets wins, setting by setting, and is named', async () => {
  const settings = {
    policy: { level: 'writes_only', exclude_actions: ['health.*'] },
    detection: { actions: { email: 'seal' } },
    sealing: { fields: [{ path: '/metadata/iban' }] },
    maskStyle: 'full',
    reasonForPersonalData: true,
  };
  const before = (await get()).json();
  const response = await put(settings, { 'if-match': `"${before.revision}"` });
  expect(response.statusCode).toBe(200);
  expect(response.json()).toMatchObject({
    recording: { level: 'writes_only', exclude_actions: ['health.*'], sample_rate: 1 },
    detection: settings.detection,
    sealing: settings.sealing,
    mask_style: 'full',
    reason_for_personal_data: true,
    settings,
  });
  expect((await get()).json()).toEqual(response.json());
  expect(audit.acts).toMatchObject([
    { action: 'policy.update', tenant: 'acme', targets: [{ id: 'acme' }], metadata: { settings } },
  ]);
});

test('what is no longer set is the deployment’s again, and other settings stay', async () => {
  await put({ policy: { level: 'deletes_only' }, maskStyle: 'hash' });
  expect((await put({ maskStyle: 'hash' })).json()).toMatchObject({
    recording: { level: 'all' },
    settings: { maskStyle: 'hash' },
  });
  expect((await tenants.find('acme'))!.document).toEqual({
    created_at: '2025-10-06T12:00:00Z',
    plan: 'free',
    name: 'Acme',
    settings: { readAuditing: 'each', maskStyle: 'hash' },
  });
});

test('a change of an older revision, and one without any, is refused', async () => {
  const { revision } = (await get()).json();
  await put({ maskStyle: 'hash' });
  expect((await put({}, { 'if-match': `"${revision}"` })).json().code).toBe('revision-lost');
  expect((await put({}, {})).json().code).toBe('revision-missing');
  expect((await get()).json().mask_style).toBe('hash');
});

test.each<[string, unknown, string]>([
  ['a setting that there is none of', { readAuditing: 'each' }, ''],
  ['a level that is misspelt', { policy: { level: 'write' } }, '/policy/level'],
  ['a field that cannot be sealed', { sealing: { fields: [{ path: '/actor/id' }] } }, '/sealing/fields/0/path'],
])('%s is refused and named', async (_, body, pointer) => {
  const response = await put(body);
  expect(response.json()).toMatchObject({ code: 'tenant-input-invalid', problems: [{ pointer }] });
  expect(audit.acts).toEqual([]);
});

test('the salt is never recorded', async () => {
  await put({ policy: { sample_salt: 'a secret', sample_rate: 0.5 } });
  expect(JSON.stringify(audit.acts)).not.toContain('a secret');
  expect(audit.acts[0]!.metadata).toEqual({ settings: { policy: { sample_rate: 0.5 } } });
});

test('of a tenant that is being deleted it is not changed', async () => {
  const tenant = (await tenants.find('acme'))!;
  await tenants.replace(tenant, { ...tenant.document, status: 'deleting' });
  expect((await put({ maskStyle: 'hash' })).json().code).toBe('tenant-gone');
});
