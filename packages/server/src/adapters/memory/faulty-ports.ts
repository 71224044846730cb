import { batchOf, eventRows } from '../../ports/batch-columns.js';
import type { Journal } from '../../ports/journal.js';
import type { Objects } from '../../ports/objects.js';
import type { Registry } from '../../ports/registry.js';
import type { EventStore } from '../../ports/store.js';
import type { Faults } from './faults.js';

/** The journal, with the faults of a plan. A call of append is all or none, so `partial` is as `fail`. */
export function withJournalFaults(journal: Journal, faults: Faults): Journal {
  return {
    append: (chunks) => faults.run('journal.append', { whole: () => journal.append(chunks) }),
    read: (after, maxBytes) => faults.run('journal.read', { whole: () => journal.read(after, maxBytes) }),
    waitForChunk: (after, signal) => journal.waitForChunk(after, signal),
    trim: (through) => faults.run('journal.trim', { whole: () => journal.trim(through) }),
    extent: () => faults.run('journal.extent', { whole: () => journal.extent() }),
    close: () => journal.close(),
  };
}

/** The registry, with the faults of a plan. `partial` applies the first half of the writes of putMany. */
export function withRegistryFaults(registry: Registry, faults: Faults): Registry {
  return {
    get: <T>(key: string) => faults.run('registry.get', { whole: () => registry.get<T>(key) }),
    getMany: <T>(keys: readonly string[]) => faults.run('registry.getMany', { whole: () => registry.getMany<T>(keys) }),
    put: (key, value, expected) => faults.run('registry.put', { whole: () => registry.put(key, value, expected) }),
    putMany: (writes) =>
      faults.run('registry.putMany', {
        whole: () => registry.putMany(writes),
        half: () => registry.putMany(firstHalf(writes)),
      }),
    delete: (key, expected) => faults.run('registry.delete', { whole: () => registry.delete(key, expected) }),
    list: <T>(prefix: string, options: { afterKey?: string; limit: number }) =>
      faults.run('registry.list', { whole: () => registry.list<T>(prefix, options) }),
    watch: (prefix, signal) => registry.watch(prefix, signal),
    close: () => registry.close(),
  };
}

/** The object store, with the faults of a plan. A put is never seen half done, so `partial` is as `fail`. */
export function withObjectsFaults(objects: Objects, faults: Faults): Objects {
  return {
    put: (key, bytes) => faults.run('objects.put', { whole: () => objects.put(key, bytes) }),
    putStream: (key, pieces) => faults.run('objects.putStream', { whole: () => objects.putStream(key, pieces) }),
    read: (key, from, to) => objects.read(key, from, to),
    get: (key) => faults.run('objects.get', { whole: () => objects.get(key) }),
    size: (key) => faults.run('objects.size', { whole: () => objects.size(key) }),
    delete: (key) => faults.run('objects.delete', { whole: () => objects.delete(key) }),
    list: (prefix, options) => faults.run('objects.list', { whole: () => objects.list(prefix, options) }),
    close: () => objects.close(),
  };
}

/**
 * The event store, with the faults of a plan. `partial` applies the first half of a batch's events, and no node.
 * It needs a store that completes a batch of which it has seen a part, as the one in memory does.
 */
export function withStoreFaults(store: EventStore, faults: Faults): EventStore {
  return {
    insert: (batch) =>
      faults.run('store.insert', {
        whole: () => store.insert(batch),
        half: () => store.insert(batchOf(batch.token, firstHalf(eventRows(batch)), [])),
      }),
    page: (query, options) => faults.run('store.page', { whole: () => store.page(query, options) }),
    aggregate: (query, options) => faults.run('store.aggregate', { whole: () => store.aggregate(query, options) }),
    count: (query, options) => faults.run('store.count', { whole: () => store.count(query, options) }),
    findById: (tenant, id, before) => faults.run('store.findById', { whole: () => store.findById(tenant, id, before) }),
    findByKeys: (tenant, keys, before) =>
      faults.run('store.findByKeys', { whole: () => store.findByKeys(tenant, keys, before) }),
    entries: (tenant, from, to) => faults.run('store.entries', { whole: () => store.entries(tenant, from, to) }),
    nodeHashes: (tenant, level, from, to) =>
      faults.run('store.nodeHashes', { whole: () => store.nodeHashes(tenant, level, from, to) }),
    idsReceivedSince: (since, before) => store.idsReceivedSince(since, before),
    scan: (query, options) => store.scan(query, options),
    lines: (query, form, options) => store.lines(query, form, options),
    usageByDay: (tenant, from, to, before) =>
      faults.run('store.usageByDay', { whole: () => store.usageByDay(tenant, from, to, before) }),
    usageByKind: (tenant, query) => faults.run('store.usageByKind', { whole: () => store.usageByKind(tenant, query) }),
    entriesOf: (tenant, person, page) =>
      faults.run('store.entriesOf', { whole: () => store.entriesOf(tenant, person, page) }),
    eraseSealed: (tenant, keys, erasure) =>
      faults.run('store.eraseSealed', {
        whole: () => store.eraseSealed(tenant, keys, erasure),
        half: () => store.eraseSealed(tenant, firstHalf(keys), erasure),
      }),
    countErased: (tenant, erasure) =>
      faults.run('store.countErased', { whole: () => store.countErased(tenant, erasure) }),
    deleteEntries: (tenant) => faults.run('store.deleteEntries', { whole: () => store.deleteEntries(tenant) }),
    check: () => faults.run('store.check', { whole: () => store.check() }),
    close: () => store.close(),
  };
}

function firstHalf<T>(items: readonly T[]): readonly T[] {
  return items.slice(0, items.length >> 1);
}
