import { beforeEach, describe, expect, test } from 'vitest';
import { MemoryKeys, memoryMasterKey, settle } from '../../../testing/memory-keys.js';
import { type Fault, Faults } from '../../adapters/memory/faults.js';
import { withRegistryFaults } from '../../adapters/memory/faulty-ports.js';
import { openMemoryRegistry } from '../../adapters/memory/memory-registry.js';
import { MemoryWorld } from '../../adapters/memory/memory-world.js';
import type { Registry } from '../../ports/registry.js';
import { KeyRotation } from './key-rotation.js';
import type { SubjectKeyDocument } from './subject-key-document.js';
import { type LiveTenantKey, tenantKeyKey } from './tenant-key-document.js';

const AT = '2025-10-06T12:00:00Z';
const AT_MS = Date.parse(AT);
const HOUR_MS = 3_600_000;
const SUBJECTS = Array.from({ length: 7 }, (_, i) => `u${i}`);

let world: MemoryWorld;
let keys: MemoryKeys;

beforeEach(() => {
  world = new MemoryWorld();
  keys = new MemoryKeys({ world });
});

const tenantDocument = async (tenant = 'acme') => (await keys.registry.get<LiveTenantKey>(tenantKeyKey(tenant)))!.value;
const subjectKeys = async (node = keys, subjects = SUBJECTS) =>
  (await node.subjectKeys.keysFor('acme', subjects)).subjects;
const versions = () =>
  [...world.registry.documents]
    .filter(([key]) => key.startsWith('subject-key.acme.'))
    .map(([, { json }]) => (JSON.parse(json) as SubjectKeyDocument).key?.version);

/** A registry whose members can be taken one by one. */
function bound(registry: Registry): Registry {
  return withRegistryFaults(registry, new Faults(() => undefined));
}

/** A watch that never tells anything. */
async function* silence(signal: AbortSignal): AsyncGenerator<never> {
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}

describe('a rotation of the master key', () => {
  test('wraps every tenant’s keys anew, and then the old one is not needed', async () => {
    const before = await subjectKeys();
    for (const tenant of ['b', 'c']) await keys.tenantKeys.get(tenant);
    await keys.tenantKeys.destroy('c', AT);
    const rotated = new MemoryKeys({ world, masterKey: memoryMasterKey(1, 2) });
    expect(await rotated.rotation.rewrapTenantKeys()).toBe(2);
    expect(await rotated.rotation.rewrapTenantKeys()).toBe(0);
    expect((await tenantDocument()).master).toBe('m2');
    const newest = new MemoryKeys({ world, masterKey: memoryMasterKey(2) });
    expect(await subjectKeys(newest)).toEqual(before);
    await newest.tenantKeys.get('b');
    await expect(subjectKeys(new MemoryKeys({ world, masterKey: memoryMasterKey(1) }))).rejects.toMatchObject({
      code: 'data-corrupt',
    });
  });

  test.each<Fault>(['fail', 'fail-after', 'partial'])('cut off by a failing write (%s) goes on', async (fault) => {
    const before = await subjectKeys();
    await keys.tenantKeys.get('b');
    let writes = 0;
    const faults = new Faults((operation) => (operation === 'registry.putMany' && ++writes === 1 ? fault : undefined));
    const registry = withRegistryFaults(openMemoryRegistry(world.registry), faults);
    const rotated = new MemoryKeys({ world, registry, masterKey: memoryMasterKey(1, 2) });
    await expect(rotated.rotation.rewrapTenantKeys()).rejects.toMatchObject({ code: 'registry-unavailable' });
    await rotated.rotation.rewrapTenantKeys();
    expect(await subjectKeys(new MemoryKeys({ world, masterKey: memoryMasterKey(2) }))).toEqual(before);
  });

  test('of a service that is given another key meanwhile leaves no version under the old one', async () => {
    await subjectKeys();
    await keys.rotation.rotateTenantKey('acme', AT);
    const both = memoryMasterKey(1, 2);
    const later = memoryMasterKey(1, 2, 3);
    let wraps = 0;
    const changing = {
      get id() {
        return (wraps > 1 ? later : both).id;
      },
      wrap: (key: Uint8Array, context: string) => (++wraps > 1 ? later : both).wrap(key, context),
      unwrap: (wrapped: Uint8Array, context: string) => later.unwrap(wrapped, context),
      close: async () => undefined,
    };
    await new MemoryKeys({ world, masterKey: changing }).rotation.rewrapTenantKeys();
    expect((await tenantDocument()).master).toBe('m3');
    await subjectKeys(new MemoryKeys({ world, masterKey: memoryMasterKey(3) }));
  });
});

describe('a rotation of a tenant’s key', () => {
  test('wraps the keys of its subjects anew, and changes none of them', async () => {
    const before = await subjectKeys();
    const set = await keys.tenantKeys.get('acme');
    expect(await keys.rotation.rotateTenantKey('acme', AT)).toBe(SUBJECTS.length);
    expect(versions()).toEqual(SUBJECTS.map(() => 2));
    const fresh = new MemoryKeys({ world });
    expect(await subjectKeys(fresh)).toEqual(before);
    const now = await fresh.tenantKeys.get('acme');
    expect(now.current).toBe(2);
    expect(now.versions.get(2)).not.toEqual(set.versions.get(1));
    expect([now.tagKey, now.blindKey]).toEqual([set.tagKey, set.blindKey]);
  });

  test('leaves destroyed keys destroyed', async () => {
    const first = (await subjectKeys()).get('u0')!;
    await keys.subjectKeys.destroy('acme', first, 'e1');
    await keys.rotation.rotateTenantKey('acme', AT);
    expect(await keys.subjectKeys.find('acme', [first])).toEqual([{ state: 'destroyed', erasure: 'e1' }]);
  });

  test('is known at once to a node that has the old one in memory', async () => {
    const node = new MemoryKeys({ world, seed: 8 }).watch();
    await subjectKeys(node);
    await settle();
    await subjectKeys(node);
    await keys.rotation.rotateTenantKey('acme', AT);
    // Whether it has heard of one change, of the other or of both: it never takes a key for damaged.
    for (let turn = 0; turn < 60; turn++) {
      await Promise.resolve();
      await subjectKeys(node, ['u0', 'u1']);
    }
    await node.stop();
  });

  test.each<Fault>(['fail', 'fail-after', 'partial'])(
    'cut off by a failing write (%s) at any place goes on',
    async (fault) => {
      for (let place = 1; place <= 3; place++) {
        world = new MemoryWorld();
        keys = new MemoryKeys({ world });
        const before = await subjectKeys();
        let writes = 0;
        const faults = new Faults((operation) =>
          operation === 'registry.putMany' && ++writes === place ? fault : undefined,
        );
        const registry = withRegistryFaults(openMemoryRegistry(world.registry), faults);
        const node = new MemoryKeys({ world, registry });
        await node.rotation.rotateTenantKey('acme', AT).catch(() => undefined);
        await node.rotation.rewrapSubjectKeys('acme');
        const { current } = await tenantDocument();
        expect(versions()).toEqual(SUBJECTS.map(() => current));
        expect(await subjectKeys(new MemoryKeys({ world }))).toEqual(before);
      }
    },
  );

  test('is known to a node whose watch on tenants’ keys lags, as soon as it meets a key that was wrapped anew', async () => {
    const plain = openMemoryRegistry(world.registry);
    const registry: Registry = {
      ...bound(plain),
      watch: (prefix, signal) => (prefix.startsWith('tenant-key.') ? silence(signal) : plain.watch(prefix, signal)),
    };
    const node = new MemoryKeys({ world, registry }).watch();
    const before = await subjectKeys(node);
    await node.tenantKeys.get('acme');
    await keys.rotation.rotateTenantKey('acme', AT);
    await settle();
    expect((await node.tenantKeys.get('acme')).current).toBe(1);
    const references = [...before.values()];
    const found = await node.subjectKeys.find('acme', references);
    expect(found).toEqual(references.map((key) => ({ state: 'live', key })));
    expect((await node.tenantKeys.get('acme')).current).toBe(2);
    await node.stop();
  });

  test('leaves alone what a later rotation has wrapped already', async () => {
    await subjectKeys();
    await keys.rotation.rotateTenantKey('acme', AT);
    const stale = await keys.tenantKeys.get('acme');
    await keys.rotation.rotateTenantKey('acme', AT);
    const node = new MemoryKeys({ world });
    Object.assign(node.tenantKeys, { find: async () => stale });
    expect(await node.rotation.rewrapSubjectKeys('acme')).toBe(0);
    expect(versions()).toEqual(SUBJECTS.map(() => 3));
  });

  test('by two nodes at once harms nothing', async () => {
    const before = await subjectKeys();
    const node = new MemoryKeys({ world, seed: 9 });
    await Promise.all([keys.rotation.rotateTenantKey('acme', AT), node.rotation.rotateTenantKey('acme', AT)]);
    expect((await tenantDocument()).current).toBe(3);
    await keys.rotation.rewrapSubjectKeys('acme');
    expect(versions()).toEqual(SUBJECTS.map(() => 3));
    expect(await subjectKeys(new MemoryKeys({ world }))).toEqual(before);
  });

  test('keeps the old key until nobody can use it any more, and then drops it', async () => {
    const before = await subjectKeys();
    await keys.rotation.rotateTenantKey('acme', AT);
    expect(await keys.rotation.dropRetired('acme', AT_MS + HOUR_MS - 1)).toBe(0);
    expect(Object.keys((await tenantDocument()).wrapped)).toEqual(['1', '2']);
    expect(await keys.rotation.dropRetired('acme', AT_MS + HOUR_MS)).toBe(1);
    expect(await tenantDocument()).toMatchObject({ current: 2, retired: {}, index: { version: 2 } });
    expect(Object.keys((await tenantDocument()).wrapped)).toEqual(['2']);
    expect(await subjectKeys(new MemoryKeys({ world }))).toEqual(before);
    expect(await keys.rotation.dropRetired('nobody', AT_MS)).toBe(0);
  });

  test('drops what is due of every tenant', async () => {
    await subjectKeys();
    await keys.tenantKeys.get('other');
    await keys.rotation.rotateTenantKey('acme', AT);
    await keys.tenantKeys.destroy('gone', AT);
    expect(await keys.rotation.dropAllRetired(AT_MS + HOUR_MS - 1)).toBe(0);
    expect(await keys.rotation.dropAllRetired(AT_MS + HOUR_MS)).toBe(1);
    expect(Object.keys((await tenantDocument()).wrapped)).toEqual(['2']);
  });

  test('wraps first what a late node has still written under the old key', async () => {
    await keys.rotation.rotateTenantKey('acme', AT);
    const set = await keys.tenantKeys.get('acme');
    const { tenantKeys, registry, masterKey, random } = keys;
    // A node that has not heard of the new version.
    const late = new MemoryKeys({ world, seed: 6 });
    Object.assign(late.tenantKeys, { get: () => ({ ...set, current: 1 }) });
    const made = await subjectKeys(late, ['late']);
    expect(versions()).toEqual([1]);
    await new KeyRotation({ registry, masterKey, tenantKeys, random, retireAfterMs: 0 }).dropRetired('acme', AT_MS);
    expect(await subjectKeys(new MemoryKeys({ world }), ['late'])).toEqual(made);
  });
});
