import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Fault, Faults } from '../adapters/memory/faults.js';
import { withRegistryFaults } from '../adapters/memory/faulty-ports.js';
import { MemoryClock } from '../adapters/memory/memory-clock.js';
import { openMemoryRegistry } from '../adapters/memory/memory-registry.js';
import { MemoryWorld } from '../adapters/memory/memory-world.js';
import { REGISTRY_KEY } from '../ports/registry.js';
import { TenantDirectory } from './tenant-directory.js';
import { TENANT_ID, tenantIdFor } from './tenant-document.js';

const TIME = '2025-10-06T12:54:12.025979644Z';
const LATER = '2030-01-01T00:00:00.000000000Z';

let world: MemoryWorld;
let calls: string[];
let fault: Fault | undefined;
let tenants: TenantDirectory;
let other: TenantDirectory;
let stopping: AbortController;
let running: Promise<void>;

beforeEach(() => {
  world = new MemoryWorld();
  calls = [];
  fault = undefined;
  const counting = new Faults((operation) => {
    calls.push(operation);
    return operation.endsWith('put') ? fault : undefined;
  });
  const clock = new MemoryClock();
  tenants = new TenantDirectory({ registry: withRegistryFaults(openMemoryRegistry(world.registry), counting), clock });
  other = new TenantDirectory({ registry: openMemoryRegistry(world.registry), clock });
  stopping = new AbortController();
  running = tenants.run(stopping.signal);
});

afterEach(async () => {
  stopping.abort();
  await running;
});

const settle = async () => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
};

describe('tenants that come into being with their first event', () => {
  test('do so once, without limits, and keep the time at which they did', async () => {
    expect(await tenants.exists('acme')).toBe(false);
    await tenants.ensure('acme', TIME);
    await tenants.ensure('acme', LATER);
    await other.ensure('acme', LATER);
    expect(await tenants.exists('acme')).toBe(true);
    expect((await tenants.find('acme'))?.document).toEqual({ created_at: TIME, plan: 'unlimited' });
  });

  test('made by two processes at once are one', async () => {
    const [mine, theirs] = await Promise.all([tenants.ensure('acme', TIME), other.ensure('acme', LATER)]);
    expect(mine.document).toEqual(theirs.document);
  });

  test('that a failing write made after all are found', async () => {
    fault = 'fail-after';
    await expect(tenants.ensure('acme', TIME)).rejects.toMatchObject({ code: 'registry-unavailable' });
    fault = undefined;
    expect((await tenants.ensure('acme', LATER)).document.created_at).toBe(TIME);
  });
});

describe('a tenant that is known', () => {
  test('is not asked for again, nor is one that is not there', async () => {
    await tenants.ensure('acme', TIME);
    await settle();
    await tenants.find('acme');
    await tenants.find('none');
    const before = calls.length;
    expect(tenants.find('acme')).toMatchObject({ id: 'acme' });
    expect(tenants.find('none')).toBeUndefined();
    expect(calls.length).toBe(before);
  });

  test('is seen as another process changed it', async () => {
    const made = await tenants.create('acme', { name: 'Acme' }, TIME);
    const heard: (string | undefined)[] = [];
    tenants.onChange((id) => heard.push(id));
    await settle();
    await other.replace(made, { ...made.document, status: 'suspended' });
    await settle();
    expect((await tenants.find('acme'))?.document).toMatchObject({ name: 'Acme', status: 'suspended' });
    expect(heard).toContain('acme');
  });
});

describe('a change', () => {
  test('of what somebody else changed meanwhile is refused and changes nothing', async () => {
    const made = await tenants.create('acme', { plan: 'free' }, TIME);
    await other.replace(made, { ...made.document, plan: 'pro' });
    await expect(tenants.replace(made, { ...made.document, plan: 'enterprise' })).rejects.toMatchObject({
      code: 'revision-lost',
    });
    expect((await other.find('acme'))?.document.plan).toBe('pro');
  });

  test('cannot create a tenant twice', async () => {
    await tenants.create('acme', {}, TIME);
    await expect(other.create('acme', {}, LATER)).rejects.toMatchObject({ code: 'tenant-exists' });
  });
});

test('the list goes on after the tenant that is named', async () => {
  for (const id of ['b', 'a', 'c']) await tenants.create(id, {}, TIME);
  expect((await tenants.list(2)).map(({ id }) => id)).toEqual(['a', 'b']);
  expect((await tenants.list(2, 'b')).map(({ id }) => id)).toEqual(['c']);
});

describe('a tenant id', () => {
  test.each(['a', '0', 'acme', 'acme-eu_1', 'x'.repeat(63)])('%s is good, also in the registry', (id) => {
    expect(TENANT_ID.test(id)).toBe(true);
    expect(REGISTRY_KEY.test(`tenant.${id}`)).toBe(true);
  });

  test.each(['', 'A', '-a', '_a', 'a.b', 'a/b', '..', 'a b', 'a\n', 'ä', 'x'.repeat(64), 'a%2f'])('%j is not', (id) => {
    expect(TENANT_ID.test(id)).toBe(false);
  });

  test.each([
    ['Acme Corp', 'tenant-acme-corp-010203040506'],
    ['  Žluťoučký kůň & Co. ', 'tenant-zlutoucky-kun-co-010203040506'],
    ['日本', 'tenant-010203040506'],
    ['x'.repeat(100), `tenant-${'x'.repeat(40)}-010203040506`],
  ])('is made for %j', (organization, id) => {
    const made = tenantIdFor(organization, Uint8Array.of(1, 2, 3, 4, 5, 6));
    expect(made).toBe(id);
    expect(TENANT_ID.test(made)).toBe(true);
  });
});
