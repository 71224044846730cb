import type { Clock } from '../ports/clock.js';
import type { EntryFraming } from '../ports/entry-framing.js';
import type { EventStore } from '../ports/store.js';

/** Told each operation of the store when it is over. */
export type ObserveOperation = (operation: string, seconds: number, succeeded: boolean) => void;

/** The same store, with every operation that resolves once timed. */
export function measuredStore(store: EventStore, clock: Clock, observe: ObserveOperation): EventStore {
  const timed = <A extends unknown[], R>(operation: string, run: (...args: A) => Promise<R>) => {
    return async (...args: A): Promise<R> => {
      const begun = clock.monotonicMs();
      let succeeded = false;
      try {
        const result = await run(...args);
        succeeded = true;
        return result;
      } finally {
        observe(operation, (clock.monotonicMs() - begun) / 1000, succeeded);
      }
    };
  };
  const { framing } = store;
  const timedFraming: EntryFraming | undefined = framing && {
    runBytes: timed('run_bytes', (tenant, from, to, length) => framing.runBytes(tenant, from, to, length)),
    entries: timed('framed_entries', (tenant, from, to) => framing.entries(tenant, from, to)),
  };
  return {
    ...(timedFraming && { framing: timedFraming }),
    insert: timed('insert', (batch) => store.insert(batch)),
    page: timed('page', (query, options) => store.page(query, options)),
    aggregate: timed('aggregate', (query, options) => store.aggregate(query, options)),
    count: timed('count', (query, options) => store.count(query, options)),
    findById: timed('find_by_id', (...query) => store.findById(...query)),
    findByKeys: timed('find_by_keys', (...query) => store.findByKeys(...query)),
    entries: timed('entries', (...query) => store.entries(...query)),
    nodeHashes: timed('node_hashes', (tenant, level, from, to) => store.nodeHashes(tenant, level, from, to)),
    idsReceivedSince: (since, before) => store.idsReceivedSince(since, before),
    scan: (query, options) => store.scan(query, options),
    lines: (query, form, options) => store.lines(query, form, options),
    usageByDay: timed('usage_by_day', (...query) => store.usageByDay(...query)),
    usageByKind: timed('usage_by_kind', (...query) => store.usageByKind(...query)),
    entriesOf: timed('entries_of', (...query) => store.entriesOf(...query)),
    eraseSealed: timed('erase_sealed', (tenant, keys, erasure) => store.eraseSealed(tenant, keys, erasure)),
    countErased: timed('count_erased', (...query) => store.countErased(...query)),
    deleteEntries: timed('delete_entries', (tenant) => store.deleteEntries(tenant)),
    check: timed('check', () => store.check()),
    close: () => store.close(),
  };
}
