import { afterEach, beforeEach, expect, test } from 'vitest';
import { samplePrincipal } from '../../testing/principals.js';
import { openMemoryRegistry } from '../adapters/memory/memory-registry.js';
import { MemoryWorld } from '../adapters/memory/memory-world.js';
import { SystemClock } from '../adapters/system/system-clock.js';
import type { AuditedAct } from '../audit/audit-trail.js';
import type { Registry } from '../ports/registry.js';
import { AccessControl } from './access-control.js';
import type { Permission } from './permissions.js';
import type { Principal } from './principal.js';
import type { NewRole } from './role-document.js';
import type { RoleGiver } from './role-editor.js';

let world: MemoryWorld;
let nodes: AccessControl[];
let recorded: AuditedAct[];
let stopping: AbortController;
let running: Promise<void>[];

beforeEach(() => {
  world = new MemoryWorld();
  [nodes, recorded, running] = [[], [], []];
  stopping = new AbortController();
});
afterEach(async () => {
  stopping.abort();
  await Promise.all(running);
});

/** A node of the deployment, with its own view of the registry. */
function startNode(registry: Registry = openMemoryRegistry(world.registry)): AccessControl {
  const node = new AccessControl({
    registry,
    clock: new SystemClock(),
    audit: {
      record: async (act) => {
        recorded.push(act);
      },
      read: () => undefined,
    },
    now: () => '2025-10-06T12:54:12.000000000Z',
    findUser: async () => undefined,
    onTrouble: () => undefined,
  });
  nodes.push(node);
  running.push(node.run(stopping.signal));
  return node;
}

async function giver(principal: Principal = operator): Promise<RoleGiver> {
  const node = nodes[0]!;
  const authorization = await node.permissions.authorize(principal);
  return {
    principal,
    authorization,
    address: '203.0.113.9',
    requestId: 'r1',
    mayDelegate: (permissions, roles, tenant) =>
      node.delegations.mayGive(authorization, { permissions, roles, tenant }),
  };
}

const reader = (name = 'ops', ...permissions: Permission[]): NewRole => ({
  name,
  grants: [{ permissions: permissions.length === 0 ? ['events:read'] : permissions, tenants: 'own' }],
});
const operator = samplePrincipal({ subject: 'operator', tenant: undefined, roles: ['system_admin'] });
const jane = samplePrincipal({ roles: ['ops'] });
const mayRead = async (node: AccessControl, principal = jane) =>
  (await node.permissions.authorize(principal)).can('events:read', 'acme');

test('what a role gives changes on every node soon after its change, though it is remembered', async () => {
  const [one, other] = [startNode(), startNode()];
  expect([await mayRead(one), await mayRead(other)]).toEqual([false, false]);
  const role = await one.roles.create('acme', reader(), await giver());
  await expect.poll(() => mayRead(other)).toBe(true);
  expect([await mayRead(one), await mayRead(other)]).toEqual([true, true]);
  expect(other.permissions.counts.hits).toBeGreaterThan(0);
  await one.roles.replace(role, { grants: [] }, await giver());
  expect(await mayRead(one)).toBe(false);
  await expect.poll(() => mayRead(other)).toBe(false);
});

test('a node whose watch broke asks the registry each time, and remembers again when the watch is back', async () => {
  const registry = openMemoryRegistry(world.registry);
  const broken = new AbortController();
  let watches = 0;
  const other = startNode({
    ...registryMethods(registry),
    watch: (prefix, signal) => {
      watches += 1;
      return registry.watch(prefix, watches === 1 ? AbortSignal.any([signal, broken.signal]) : signal);
    },
  });
  const one = startNode();
  const role = await one.roles.create('acme', reader(), await giver());
  await expect.poll(() => mayRead(other)).toBe(true);
  broken.abort();
  await new Promise((resolve) => setImmediate(resolve));
  const { hits } = other.permissions.counts;
  await one.roles.replace(role, { grants: [] }, await giver());
  expect(await mayRead(other)).toBe(false);
  expect(other.permissions.counts.hits).toBe(hits);
  await expect
    .poll(async () => {
      await mayRead(other);
      return other.permissions.counts.hits;
    })
    .toBeGreaterThan(hits);
  expect(watches).toBe(2);
});

test('every change of a role is on record before it is answered, with who made it', async () => {
  const node = startNode();
  const by = await giver();
  const role = await node.roles.create('acme', reader(), by);
  const changed = await node.roles.replace(role, {}, by);
  await node.roles.delete(changed, by);
  await node.roles.create(undefined, reader('shared'), by);
  expect(recorded.map(({ tenant, action, targets }) => [tenant, action, targets?.[0]?.id])).toEqual([
    ['acme', 'role.create', 'ops'],
    ['acme', 'role.update', 'ops'],
    ['acme', 'role.delete', 'ops'],
    ['system', 'role.create', 'shared'],
  ]);
  expect(recorded[0]).toMatchObject({ principal: operator, address: '203.0.113.9', requestId: 'r1' });
});

test('nobody makes or changes a role that gives more than they have, also by what it inherits', async () => {
  const node = startNode();
  const admin = await giver(samplePrincipal({ roles: ['admin'] }));
  const manager = await giver(samplePrincipal({ permissions: ['roles:manage', 'events:read'] }));
  const refused = expect.objectContaining({ code: 'delegation-refused' });
  await node.roles.create('acme', reader(), manager);
  await expect(node.roles.create('acme', reader('w', 'events:write'), manager)).rejects.toEqual(refused);
  await expect(node.roles.create('acme', { name: 'h', inherits: ['auditor'] }, manager)).rejects.toEqual(refused);
  await expect(node.roles.create(undefined, reader('s'), admin)).rejects.toEqual(refused);
  await expect(node.roles.create('other', reader('o'), admin)).rejects.toEqual(refused);
  const strong = await node.roles.create('acme', reader('strong', 'keys:manage'), admin);
  await expect(
    node.roles.replace(strong, { ...reader('strong', 'keys:manage'), name: undefined } as never, manager),
  ).rejects.toEqual(refused);
  await expect(node.roles.create('acme', { name: 'x', inherits: ['strong'] }, manager)).rejects.toEqual(refused);
});

test('a role that makes no sense is refused in words', async () => {
  const node = startNode();
  const by = await giver();
  const refused = (detail: RegExp) =>
    expect.objectContaining({ code: 'role-invalid', detail: expect.stringMatching(detail) });
  const grant = { permissions: ['events:read' as const], tenants: 'own' as const };
  for (const [input, detail] of [
    [{ grants: [{ ...grant, tenants: 'all' }] }, /beyond that tenant/],
    [{ grants: [{ ...grant, filter: '((' }] }, /The filter: at character 3/],
    [{ inherits: ['nothing'] }, /no role nothing/],
    [{ template: 'nothing' }, /no such template/],
    [{ template: 'module_reader' }, /the parameters module/],
    [{ template: 'own_events_reader', parameters: { module: 'wms' } }, /has no parameters/],
    [{ template: 'own_events_reader', grants: [grant] }, /either, not both/],
    [{ parameters: {} }, /go with a template/],
  ] as [Partial<NewRole>, RegExp][]) {
    await expect(node.roles.create('acme', { name: 'ops', ...input }, by)).rejects.toEqual(refused(detail));
  }
});

test('a role from a template has its grants, with what is the tenant’s in their places', async () => {
  const node = startNode();
  const input = { name: 'ops', template: 'module_reader', parameters: { module: 'wms' } };
  const { document } = await node.roles.create('acme', input, await giver());
  expect(document).toMatchObject({ template: 'module_reader', grants: [{ modules: ['wms'], tenants: 'own' }] });
  expect(await node.permissions.getRolePermissions('acme', 'ops', 'wms')).toEqual(['events:read', 'events:stream']);
  expect(await node.permissions.getRolePermissions('acme', 'ops', 'hr')).toEqual([]);
});

function registryMethods(registry: Registry): Registry {
  return {
    get: (key) => registry.get(key),
    getMany: (keys) => registry.getMany(keys),
    put: (...write) => registry.put(...write),
    putMany: (writes) => registry.putMany(writes),
    delete: (...removal) => registry.delete(...removal),
    list: (...query) => registry.list(...query),
    watch: (...query) => registry.watch(...query),
    close: () => registry.close(),
  };
}
