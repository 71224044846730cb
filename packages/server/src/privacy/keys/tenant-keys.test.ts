import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MemoryKeys, memoryMasterKey, settle } from '../../../testing/memory-keys.js';
import { type Fault, Faults } from '../../adapters/memory/faults.js';
import { withRegistryFaults } from '../../adapters/memory/faulty-ports.js';
import { openMemoryRegistry } from '../../adapters/memory/memory-registry.js';
import { MemoryWorld } from '../../adapters/memory/memory-world.js';
import type { MasterKey } from '../../ports/master-key.js';
import { type LiveTenantKey, tenantKeyKey } from './tenant-key-document.js';

let world: MemoryWorld;
let keys: MemoryKeys;

beforeEach(() => {
  world = new MemoryWorld();
  keys = new MemoryKeys({ world }).watch();
});
afterEach(() => keys.stop());

const AT = '2025-10-06T12:54:12Z';
const document = async (tenant = 'acme') => (await keys.registry.get<LiveTenantKey>(tenantKeyKey(tenant)))?.value;

describe('the keys of a tenant', () => {
  test('are made once, remembered, and the same for every node', async () => {
    const made = await keys.tenantKeys.get('acme');
    await settle();
    await keys.tenantKeys.get('acme');
    expect(keys.tenantKeys.get('acme')).toBe(await keys.tenantKeys.get('acme'));
    const other = await new MemoryKeys({ world, seed: 2 }).tenantKeys.get('acme');
    expect(other).toEqual(made);
    expect(await keys.tenantKeys.get('other')).not.toEqual(made);
  });

  test('are in the registry only wrapped', async () => {
    const { versions, indexKey } = await keys.tenantKeys.get('acme');
    const text = JSON.stringify(await document());
    for (const key of [...versions.values(), indexKey]) {
      expect(text).not.toContain(Buffer.from(key).toString('base64').slice(0, 40));
    }
    expect(await document()).toMatchObject({ current: 1, master: 'm1', retired: {} });
  });

  test('of many who make them at once are one', async () => {
    const nodes = Array.from({ length: 8 }, (_, seed) => new MemoryKeys({ world, seed }));
    const sets = await Promise.all(nodes.map((node) => node.tenantKeys.get('acme')));
    for (const set of sets) expect(set).toEqual(sets[0]);
  });

  test('are unwrapped once for many who ask at once', async () => {
    let unwrapped = 0;
    const masterKey = memoryMasterKey();
    const counting: MasterKey = {
      ...masterKey,
      id: masterKey.id,
      wrap: (...call) => masterKey.wrap(...call),
      unwrap: (...call) => {
        unwrapped += 1;
        return masterKey.unwrap(...call);
      },
      close: () => masterKey.close(),
    };
    await keys.tenantKeys.get('acme');
    const node = new MemoryKeys({ world, masterKey: counting });
    await Promise.all(Array.from({ length: 10 }, () => node.tenantKeys.get('acme')));
    await node.tenantKeys.get('acme');
    expect(unwrapped).toBe(1);
  });

  test('are not looked for where there are none', async () => {
    expect(await keys.tenantKeys.find('acme')).toBeUndefined();
    expect(await document()).toBeUndefined();
  });

  test('of another tenant do not open with this one’s document', async () => {
    await keys.tenantKeys.get('acme');
    await keys.registry.put(tenantKeyKey('other'), await document(), 0);
    await expect(keys.tenantKeys.get('other')).rejects.toMatchObject({ code: 'data-corrupt' });
  });
});

describe('failures', () => {
  const oncePut = (fault: Fault) => {
    let isDue = true;
    return new Faults((operation) => {
      if (operation !== 'registry.put' || !isDue) return undefined;
      isDue = false;
      return fault;
    });
  };

  test.each<Fault>(['fail', 'fail-after'])(
    'of the write (%s) are told, and the next call finds one key',
    async (fault) => {
      const registry = withRegistryFaults(openMemoryRegistry(world.registry), oncePut(fault));
      const node = new MemoryKeys({ world, registry });
      await expect(node.tenantKeys.get('acme')).rejects.toMatchObject({ code: 'registry-unavailable' });
      const set = await node.tenantKeys.get('acme');
      expect(await new MemoryKeys({ world, seed: 7 }).tenantKeys.get('acme')).toEqual(set);
    },
  );

  test('of the master key are told as such, and nothing is written', async () => {
    const masterKey = memoryMasterKey();
    await masterKey.close();
    const node = new MemoryKeys({ world, masterKey });
    await expect(node.tenantKeys.get('acme')).rejects.toMatchObject({ code: 'shutting-down' });
    expect(await document()).toBeUndefined();
  });

  test('a master key that is lost is no reason to make another one', async () => {
    await keys.tenantKeys.get('acme');
    const before = await document();
    const node = new MemoryKeys({ world, masterKey: memoryMasterKey(2) });
    await expect(node.tenantKeys.get('acme')).rejects.toMatchObject({ code: 'data-corrupt' });
    expect(await document()).toEqual(before);
  });
});

describe('the destruction of a tenant’s keys', () => {
  test('is final, also for a node that had them in memory', async () => {
    const node = new MemoryKeys({ world }).watch();
    await node.tenantKeys.get('acme');
    await keys.tenantKeys.destroy('acme', AT);
    await settle();
    const gone = { code: 'tenant-gone' };
    for (const keysOf of [keys, node]) {
      await expect(async () => keysOf.tenantKeys.get('acme')).rejects.toMatchObject(gone);
      expect(await keysOf.tenantKeys.find('acme')).toBeUndefined();
    }
    await node.stop();
  });

  test('can be made again, and of a tenant that never had any', async () => {
    await keys.tenantKeys.destroy('acme', AT);
    await keys.tenantKeys.destroy('acme', '2030-01-01T00:00:00Z');
    expect(await document()).toEqual({ destroyed_at: AT });
  });
});
