import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { LocalMasterKey } from '../adapters/master-key/local-master-key.js';
import { Faults } from '../adapters/memory/faults.js';
import { withRegistryFaults } from '../adapters/memory/faulty-ports.js';
import { openMemoryRegistry } from '../adapters/memory/memory-registry.js';
import { MemoryWorld } from '../adapters/memory/memory-world.js';
import { openPepper, Pepper, rewrapPepper } from './pepper.js';

const held = (...names: string[]) => names.map((id) => ({ id, key: Buffer.alloc(32, id) }));
const masterKey = (...names: string[]) => new LocalMasterKey(held(...names), randomBytes);

test('the pepper is the same on every start, and lies in the registry wrapped only', async () => {
  const world = new MemoryWorld();
  const registry = openMemoryRegistry(world.registry);
  const first = await openPepper(registry, masterKey('m1'), randomBytes);
  const second = await openPepper(registry, masterKey('m1'), randomBytes);
  expect(Buffer.from(second.bytes).equals(Buffer.from(first.bytes))).toBe(true);
  expect(first.bytes).toHaveLength(32);
  const kept = JSON.stringify([...world.registry.documents]);
  for (const encoding of ['hex', 'base64', 'base64url'] as const) {
    expect(kept).not.toContain(Buffer.from(first.bytes).toString(encoding));
  }
  await expect(openPepper(registry, masterKey('m2'), randomBytes)).rejects.toMatchObject({ kind: 'corrupt' });
});

test('two nodes that start at once come to the same pepper', async () => {
  const world = new MemoryWorld();
  const open = () => openPepper(openMemoryRegistry(world.registry), masterKey('m1'), randomBytes);
  const [one, other] = await Promise.all([open(), open()]);
  expect(Buffer.from(one.bytes).equals(Buffer.from(other.bytes))).toBe(true);
});

test.each(['fail', 'fail-after'] as const)(
  'a first write that goes wrong (%s) is mended by the next start',
  async (fault) => {
    const world = new MemoryWorld();
    let faulty: typeof fault | undefined = fault;
    const faults = new Faults((operation) => (operation === 'registry.put' ? faulty : undefined));
    const registry = withRegistryFaults(openMemoryRegistry(world.registry), faults);
    await expect(openPepper(registry, masterKey('m1'), randomBytes)).rejects.toMatchObject({ kind: 'unavailable' });
    faulty = undefined;
    const first = await openPepper(registry, masterKey('m1'), randomBytes);
    expect((await openPepper(registry, masterKey('m1'), randomBytes)).bytes).toEqual(first.bytes);
  },
);

test('after a change of the master key the pepper is wrapped by the new one, and the old one can go', async () => {
  const registry = openMemoryRegistry(new MemoryWorld().registry);
  const pepper = await openPepper(registry, masterKey('m1'), randomBytes);
  await rewrapPepper(registry, masterKey('m1', 'm2'), pepper);
  expect((await openPepper(registry, masterKey('m2'), randomBytes)).bytes).toEqual(pepper.bytes);
  const { revision } = (await registry.get('credential.pepper'))!;
  await rewrapPepper(registry, masterKey('m2'), pepper);
  expect((await registry.get('credential.pepper'))!.revision).toBe(revision);
});

test('digests of other purposes, parts or peppers differ, however the parts are cut', () => {
  const pepper = new Pepper(Buffer.alloc(32, 1));
  const digests = [
    pepper.digest('a', 'b', 'c'),
    pepper.digest('a', 'bc'),
    pepper.digest('ab', 'c'),
    pepper.digest('a', 'b', 'c', ''),
    pepper.digest('a', '1'),
    pepper.digest('a', 1),
    new Pepper(Buffer.alloc(32, 2)).digest('a', 'b', 'c'),
  ];
  expect(new Set(digests.map((digest) => digest.toString('hex'))).size).toBe(digests.length);
  expect(pepper.isSame('abc', 'abc')).toBe(true);
  for (const other of ['abd', 'ab', 'abcd', '']) expect(pepper.isSame('abc', other)).toBe(false);
});
