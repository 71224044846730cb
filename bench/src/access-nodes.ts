import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { FastifyRequest } from 'fastify';
import { AccessControl } from '../../packages/server/dist/access/access-control.js';
import { AddressList } from '../../packages/server/dist/access/address-list.js';
import { openBootstrapKey } from '../../packages/server/dist/access/bootstrap-key.js';
import { ClientAddresses } from '../../packages/server/dist/access/client-address.js';
import { Credentials } from '../../packages/server/dist/access/credentials.js';
import { openPepper } from '../../packages/server/dist/access/pepper.js';
import { openLmdbRegistry } from '../../packages/server/dist/adapters/lmdb/lmdb-registry.js';
import { LocalMasterKey } from '../../packages/server/dist/adapters/master-key/local-master-key.js';
import { SystemClock } from '../../packages/server/dist/adapters/system/system-clock.js';
import type { AuditTrail } from '../../packages/server/dist/audit/audit-trail.js';
import type { GuardServices } from '../../packages/server/dist/http/access/guard.js';
import { TenantDirectory } from '../../packages/server/dist/tenants/tenant-directory.js';

export const BOOTSTRAP_KEY = 'a-bootstrap-key-of-the-bench';
export const TENANT = 'acme';
export const ROLE = 'wms_lead';

/** What the guard works with, on a registry in a folder, with a tenant, a role and an API key of it. */
export interface AccessNode {
  services: GuardServices;
  access: AccessControl;
  /** The same without a watch, so that it asks the registry each time. */
  unwatched: AccessControl;
  /** Text of an API key that holds {@link ROLE}. */
  apiKey: string;
  close(): Promise<void>;
}

const unrecorded: AuditTrail = { record: () => Promise.resolve(), read: () => undefined };

export async function startAccessNode(folder: string): Promise<AccessNode> {
  const clock = new SystemClock();
  const registry = await openLmdbRegistry({ path: join(folder, 'registry') });
  const masterKey = new LocalMasterKey([{ id: 'bench', key: randomBytes(32) }], randomBytes);
  const { key: bootstrapKey } = await openBootstrapKey(registry, BOOTSTRAP_KEY);
  const tenants = new TenantDirectory({ registry, clock });
  const parts = { registry, clock, audit: unrecorded, onTrouble: (...why: unknown[]) => console.error(...why) };
  const credentials = new Credentials({
    ...parts,
    masterKey,
    pepper: await openPepper(registry, masterKey, randomBytes),
    bootstrapKey,
    tenants,
    issuers: [],
    tokenIssuer: 'bench',
    tokenLifetimeMs: 900_000,
    sessionLifetimeMs: 86_400_000,
    tokenKeyLifetimeMs: 86_400_000,
    filterProblem: () => undefined,
    fetch,
    random: randomBytes,
  });
  const now = () => new Date().toISOString();
  const accessParts = { ...parts, now, findUser: (...user: [string, string]) => credentials.findUser(...user) };
  const access = new AccessControl(accessParts);
  const stopping = new AbortController();
  const { signal } = stopping;
  const running = [tenants.run(signal), credentials.run(signal), access.run(signal)];
  await tenants.ensure(TENANT, now());
  return {
    services: {
      authenticator: credentials.authenticator,
      authorizer: access.permissions,
      tenants,
      audit: unrecorded,
      addresses: new ClientAddresses(addressList([]), 'x-forwarded-for'),
    },
    access,
    unwatched: new AccessControl(accessParts),
    apiKey: await makeKey(credentials, access),
    async close() {
      stopping.abort();
      await Promise.all(running);
      await registry.close();
    },
  };
}

/** A role of the tenant that reads some events, under another role; and an API key that holds it. */
async function makeKey(credentials: Credentials, access: AccessControl): Promise<string> {
  const principal = await credentials.authenticator.authenticate(BOOTSTRAP_KEY, '127.0.0.1');
  const authorization = await access.permissions.authorize(principal);
  const by = { principal, authorization, address: '127.0.0.1', mayDelegate: () => true };
  const grants = [{ permissions: ['events:read' as const], tenants: 'own' as const, modules: ['wms'] }];
  await access.roles.create(TENANT, { name: 'base', inherits: ['audit_writer'] }, by);
  await access.roles.create(TENANT, { name: ROLE, inherits: ['base'], grants }, by);
  const key = { name: 'bench', permissions: [], roles: [ROLE], addresses: [], deployment: false };
  return (await credentials.keys.create(TENANT, key, by)).text;
}

function addressList(texts: readonly string[]): AddressList {
  const read = AddressList.parse(texts);
  if (!read.ok) throw new Error(read.problem);
  return read.list;
}

/** As much of a request as the guard looks at. */
export function requestWith(credential: string): FastifyRequest {
  const headers = { authorization: `Bearer ${credential}`, 'x-tenant-id': TENANT };
  const socket = { remoteAddress: '203.0.113.9' };
  return { raw: { socket, headers }, headers, params: {}, id: 'r', method: 'POST' } as unknown as FastifyRequest;
}
