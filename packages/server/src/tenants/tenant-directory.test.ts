import { beforeEach, describe, expect, test } from 'vitest';
import { Faults } from '../adapters/memory/faults.js';
import { withRegistryFaults } from '../adapters/memory/faulty-ports.js';
import { openMemoryRegistry } from '../adapters/memory/memory-registry.js';
import { MemoryWorld } from '../adapters/memory/memory-world.js';
import { REGISTRY_KEY } from '../ports/registry.js';
import { TENANT_ID, TenantDirectory } from './tenant-directory.js';

const TIME = '2025-10-06T12:54:12.025979644Z';

let world: MemoryWorld;
let calls: string[];
let tenants: TenantDirectory;

beforeEach(() => {
  world = new MemoryWorld();
  calls = [];
  const counting = new Faults((operation) => {
    calls.push(operation);
    return undefined;
  });
  tenants = new TenantDirectory(withRegistryFaults(openMemoryRegistry(world.registry), counting));
});

describe('tenants', () => {
  test('come into being once, and keep the time at which they did', async () => {
    expect(await tenants.exists('acme')).toBe(false);
    await tenants.ensure('acme', TIME);
    await tenants.ensure('acme', '2030-01-01T00:00:00.000000000Z');
    await new TenantDirectory(openMemoryRegistry(world.registry)).ensure('acme', '2031-01-01T00:00:00.000000000Z');
    expect(await tenants.exists('acme')).toBe(true);
    const document = await openMemoryRegistry(world.registry).get('tenant.acme');
    expect(document?.value).toEqual({ created_at: TIME });
  });

  test('that are known are not asked for again; those that are not, are', async () => {
    await tenants.ensure('acme', TIME);
    const before = calls.length;
    await tenants.ensure('acme', TIME);
    await tenants.exists('acme');
    expect(calls.length).toBe(before);
    await tenants.exists('other');
    await tenants.exists('other');
    expect(calls.length).toBe(before + 2);
  });

  test('made by two processes at once are one', async () => {
    const other = new TenantDirectory(openMemoryRegistry(world.registry));
    await Promise.all([tenants.ensure('acme', TIME), other.ensure('acme', TIME)]);
    expect(await tenants.exists('acme')).toBe(true);
  });
});

describe('a tenant id', () => {
  test.each(['a', '0', 'acme', 'acme-eu_1', 'x'.repeat(63)])('%s is good, also in the registry', (id) => {
    expect(TENANT_ID.test(id)).toBe(true);
    expect(REGISTRY_KEY.test(`tenant.${id}`)).toBe(true);
  });

  test.each(['', 'A', '-a', '_a', 'a.b', 'a/b', '..', 'a b', 'a\n', 'ä', 'x'.repeat(64), 'a%2f'])('%j is not', (id) => {
    expect(TENANT_ID.test(id)).toBe(false);
  });
});
