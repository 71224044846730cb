import type { Ports } from './process-ports.js';

/**
 * Ports over a network that delivers a message twice: the operation takes effect again, and the caller hears of one of
 * the two. An append is then in the journal twice; of a compare-and-swap the second one is refused.
 *
 * @param isRepeated asked once for each operation, at its start
 */
export function withRepeats(ports: Ports, isRepeated: () => boolean): Ports {
  const { journal, registry, store, objects } = ports;
  return {
    journal: {
      append: (chunks) => twice(isRepeated(), () => journal.append(chunks)),
      read: (after, maxBytes) => journal.read(after, maxBytes),
      waitForChunk: (after, signal) => journal.waitForChunk(after, signal),
      trim: (through) => twice(isRepeated(), () => journal.trim(through)),
      extent: () => journal.extent(),
      close: () => journal.close(),
    },
    registry: {
      get: (key) => registry.get(key),
      getMany: (keys) => registry.getMany(keys),
      put: (key, value, expected) => twice(isRepeated(), () => registry.put(key, value, expected)),
      putMany: (writes) => twice(isRepeated(), () => registry.putMany(writes)),
      delete: (key, expected) => twice(isRepeated(), () => registry.delete(key, expected)),
      list: (prefix, options) => registry.list(prefix, options),
      watch: (prefix, signal) => registry.watch(prefix, signal),
      close: () => registry.close(),
    },
    store: {
      insert: (batch) => twice(isRepeated(), () => store.insert(batch)),
      aggregate: (...query) => store.aggregate(...query),
      page: (query, options) => store.page(query, options),
      count: (query, options) => store.count(query, options),
      findById: (tenant, id, before) => store.findById(tenant, id, before),
      findByKeys: (tenant, keys, before) => store.findByKeys(tenant, keys, before),
      entries: (tenant, from, to) => store.entries(tenant, from, to),
      nodeHashes: (tenant, level, from, to) => store.nodeHashes(tenant, level, from, to),
      idsReceivedSince: (since, before) => store.idsReceivedSince(since, before),
      scan: (query, options) => store.scan(query, options),
      lines: (query, form, options) => store.lines(query, form, options),
      usageByDay: (tenant, from, to, before) => store.usageByDay(tenant, from, to, before),
      usageByKind: (tenant, query) => store.usageByKind(tenant, query),
      entriesOf: (tenant, person, page) => store.entriesOf(tenant, person, page),
      eraseSealed: (tenant, keys, erasure) => twice(isRepeated(), () => store.eraseSealed(tenant, keys, erasure)),
      countErased: (tenant, erasure) => store.countErased(tenant, erasure),
      deleteEntries: (tenant) => twice(isRepeated(), () => store.deleteEntries(tenant)),
      check: () => store.check(),
      close: () => store.close(),
    },
    objects,
  };
}

/** The caller hears of the last delivery; when that one fails, it hears of the failure although the first one worked. */
async function twice<T>(isRepeated: boolean, operation: () => Promise<T>): Promise<T> {
  if (isRepeated) await operation().catch(() => undefined);
  return operation();
}
