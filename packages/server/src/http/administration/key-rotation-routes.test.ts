import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bareRoutes } from '../../../testing/bare-routes.js';
import { RecordingAuditTrail } from '../../../testing/recording-audit-trail.js';
import { Problem } from '../../errors.js';
import type { TenantStatus } from '../../tenants/tenant-document.js';
import { type KeyRotationRouteServices, registerKeyRotationRoutes } from './key-rotation-routes.js';

let audit: RecordingAuditTrail;
let rotated: string[];
let status: TenantStatus | undefined;
let isFailing: boolean;
let app: FastifyInstance;

beforeEach(async () => {
  [audit, rotated, status, isFailing] = [new RecordingAuditTrail(), [], undefined, false];
  const services = {
    audit,
    delegations: {},
    tenants: { find: (id: string) => (id === 'acme' ? { id, document: { status }, revision: 1 } : undefined) },
    keyRotation: {
      async rotateTenantKey(tenant: string) {
        if (isFailing) throw new Problem('master-key-unavailable');
        return rotated.push(tenant) * 7;
      },
    },
  } as unknown as KeyRotationRouteServices;
  app = await bareRoutes(['system:manage'], (bare) => registerKeyRotationRoutes(bare, services));
});
afterEach(() => app.close());

const rotate = () => app.inject({ method: 'POST', url: '/api/v1/tenants/acme/key-rotation' });

test('a rotation is made, told and recorded', async () => {
  const response = await rotate();
  expect([response.statusCode, response.json()]).toEqual([200, { tenant: 'acme', subject_keys: 7 }]);
  expect(rotated).toEqual(['acme']);
  expect(audit.acts).toMatchObject([
    { action: 'tenant_key.rotate', tenant: 'acme', metadata: { subject_keys: 7 }, principal: { id: 'user:dpo' } },
  ]);
});

test('one that fails is told and not recorded as done', async () => {
  isFailing = true;
  expect((await rotate()).json().code).toBe('master-key-unavailable');
  expect(audit.acts).toEqual([]);
});

test('there is none for a tenant that is being deleted', async () => {
  for (status of ['deleting', 'deleted'] as const) expect((await rotate()).json().code).toBe('tenant-gone');
  expect(rotated).toEqual([]);
});
