import { expect, test } from 'vitest';
import { batchOf } from '../../ports/batch-columns.js';
import { eventRow } from '../../ports/conformance/event-rows.js';
import { type Fault, Faults } from './faults.js';
import { withJournalFaults, withObjectsFaults, withRegistryFaults, withStoreFaults } from './faulty-ports.js';
import { openMemoryJournal } from './memory-journal.js';
import { openMemoryObjects } from './memory-objects.js';
import { openMemoryRegistry } from './memory-registry.js';
import { openMemoryStore } from './memory-store.js';
import { MemoryWorld } from './memory-world.js';

const unavailable = { kind: 'unavailable' };

/** A plan that injects this fault into the first call of an operation. */
function once(operation: string, fault: Fault): Faults {
  let isDue = true;
  return new Faults((called) => {
    if (called !== operation || !isDue) return undefined;
    isDue = false;
    return fault;
  });
}

test.each<[Fault, number, number]>([
  ['fail', 0, 0],
  ['fail-after', 1, 1],
  ['partial', 0, 0],
  ['delay-apply', 0, 1],
])('journal.append with %s', async (fault, atFirst, settled) => {
  const world = new MemoryWorld();
  const faults = once('journal.append', fault);
  const journal = withJournalFaults(openMemoryJournal(world.journal), faults);
  await expect(journal.append([new Uint8Array(1)])).rejects.toMatchObject(unavailable);
  expect(world.journal.chunks).toHaveLength(atFirst);
  await faults.settleDelayed();
  await faults.settleDelayed();
  expect(world.journal.chunks).toHaveLength(settled);
  await journal.append([new Uint8Array(1)]);
  expect(world.journal.chunks).toHaveLength(settled + 1);
});

test('a partial insert applies half of the events, and the same call again completes it', async () => {
  const world = new MemoryWorld();
  const store = withStoreFaults(openMemoryStore(world.store), once('store.insert', 'partial'));
  const time = '2025-10-06T12:54:12.025979644Z';
  const events = [0, 1, 2, 3, 4].map((index) =>
    eventRow({ tenant: 'acme', index, position: index, id: `e${index}`, time }),
  );
  const batch = batchOf('one', events, [{ tenant: 'acme', level: 0, index: 0, hash: new Uint8Array(32) }]);
  await expect(store.insert(batch)).rejects.toMatchObject(unavailable);
  expect(await store.entries('acme', 0, 9)).toHaveLength(2);
  await expect(store.nodeHashes('acme', 0, 0, 1)).rejects.toMatchObject({ kind: 'corrupt' });
  await store.insert(batch);
  expect(await store.entries('acme', 0, 9)).toHaveLength(5);
  expect(await store.nodeHashes('acme', 0, 0, 1)).toHaveLength(32);
});

test('the same row under another token is there twice', async () => {
  const store = openMemoryStore(new MemoryWorld().store);
  const time = '2025-10-06T12:54:12Z';
  const events = [eventRow({ tenant: 'acme', index: 0, position: 0, id: 'e', time })];
  await store.insert(batchOf('one', events, []));
  await store.insert(batchOf('other', events, []));
  expect(await store.entries('acme', 0, 9)).toHaveLength(2);
});

test('a partial putMany applies the first half of its writes', async () => {
  const world = new MemoryWorld();
  const registry = withRegistryFaults(openMemoryRegistry(world.registry), once('registry.putMany', 'partial'));
  const writes = ['a', 'b', 'c', 'd'].map((key) => ({ key, value: key, expectedRevision: 0 }));
  await expect(registry.putMany(writes)).rejects.toMatchObject(unavailable);
  expect((await registry.list('', { limit: 9 })).map(({ key }) => key)).toEqual(['a', 'b']);
  expect((await registry.putMany(writes)).map(({ ok }) => ok)).toEqual([false, false, true, true]);
});

test('a delayed write that has become impossible is dropped', async () => {
  const world = new MemoryWorld();
  const faults = once('registry.put', 'delay-apply');
  const registry = withRegistryFaults(openMemoryRegistry(world.registry), faults);
  await expect(registry.put('a', 'late', 0)).rejects.toMatchObject(unavailable);
  await registry.put('a', 'early', 0);
  await faults.settleDelayed();
  expect((await registry.get('a'))?.value).toBe('early');
});

test('every operation of the object store can fail', async () => {
  const world = new MemoryWorld();
  const seen: string[] = [];
  const faults = new Faults((operation) => {
    seen.push(operation);
    return 'fail';
  });
  const objects = withObjectsFaults(openMemoryObjects(world.objects), faults);
  const calls = [
    () => objects.put('a', new Uint8Array(1)),
    () => objects.get('a'),
    () => objects.size('a'),
    () => objects.delete('a'),
    () => objects.list('', { limit: 1 }),
  ];
  for (const call of calls) await expect(call()).rejects.toMatchObject(unavailable);
  expect(seen).toEqual(['objects.put', 'objects.get', 'objects.size', 'objects.delete', 'objects.list']);
  expect(world.objects.objects.size).toBe(0);
});
