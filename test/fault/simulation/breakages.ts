import type { MemoryWorld } from '../../../packages/server/src/adapters/memory/memory-world.js';
import type { Clock } from '../../../packages/server/src/ports/clock.js';
import type { Journal } from '../../../packages/server/src/ports/journal.js';
import type { Registry } from '../../../packages/server/src/ports/registry.js';
import type { EventStore, StoredEntry } from '../../../packages/server/src/ports/store.js';
import type { PartitionState } from '../../../packages/server/src/sequencer/partition-state.js';
import type { Breakage } from './breakage.js';
import { PARTITION } from './history.js';

/** Guarantees that a part could fail to keep, each broken in the smallest way. */
export const breakages: Readonly<Record<string, Breakage>> = {
  'a store that takes a repeated insert for a new one': {
    ports: ({ store }) => ({ store: forgetfulStore(store) }),
  },
  'a store that shows rows which are not committed': {
    ports: ({ store }) => ({ store: withLookup(store, (keys, tenant) => store.findByKeys(tenant, keys, Infinity)) }),
  },
  'a registry whose compare-and-swap ignores the revision': {
    ports: ({ registry }) => ({ registry: carelessRegistry(registry) }),
  },
  'a journal that acknowledges before it is durable': {
    ports: ({ journal }, world) => ({ journal: hastyJournal(journal, world) }),
    onCrash: loseUnsyncedChunks,
  },
  'a journal that forgets a chunk when it is trimmed': {
    ports: ({ journal }) => ({ journal: { ...bound(journal), trim: (through) => journal.trim(through + 1) } }),
  },
  'a journal that passes over a chunk which it shows later': {
    ports: ({ journal }) => ({ journal: lateJournal(journal) }),
  },
  'a sequencer that begins a batch without fixing it': {
    ports: ({ registry }) => ({ registry: withoutFixedBatches(registry) }),
  },
  'a rule of repeats that trusts the filter without confirming': {
    ports: ({ store }) => ({ store: withLookup(store, trustingLookup(store)) }),
  },
  'a filter of recent ids that has never seen anything': {
    recentIds: (recentIds) => {
      recentIds.mayContain = () => false;
    },
  },
  'intake that is sure of every append after a moment': {
    clock: hastyClock,
  },
  'two intakes that take the same ids in at once': { sharesIds: true },
};

/** Ports that go through the same wrapping, with nothing broken: what is found above is not found because of it. */
export const nothingBroken: Breakage = {
  ports: ({ journal, registry, store }) => ({
    journal: bound(journal),
    registry: bound(registry),
    store: bound(store),
  }),
};

/** A port of which single operations can be replaced. */
function bound(journal: Journal): Journal;
function bound(registry: Registry): Registry;
function bound(store: EventStore): EventStore;
function bound(port: object): object {
  const names = new Set<string>();
  for (let type = port; type !== Object.prototype; type = Object.getPrototypeOf(type) as object) {
    for (const name of Object.getOwnPropertyNames(type)) names.add(name);
  }
  names.delete('constructor');
  const members = port as Record<string, (...args: unknown[]) => unknown>;
  return Object.fromEntries([...names].map((name) => [name, (...args: unknown[]) => members[name]!(...args)]));
}

function forgetfulStore(store: EventStore): EventStore {
  let inserts = 0;
  return {
    ...bound(store),
    insert: (batch) => {
      inserts += 1;
      return store.insert({ ...batch, token: `${batch.token} ${inserts}` });
    },
  };
}

function withLookup(
  store: EventStore,
  lookUp: (keys: Parameters<EventStore['findByKeys']>[1], tenant: string, before: number) => Promise<StoredEntry[]>,
): EventStore {
  return { ...bound(store), findByKeys: (tenant, keys, before) => lookUp(keys, tenant, before) };
}

/** Every id that is asked for is said to be there, as it would be for whoever does not look. */
function trustingLookup(
  store: EventStore,
): (keys: Parameters<EventStore['findByKeys']>[1], tenant: string, before: number) => Promise<StoredEntry[]> {
  return async (keys, tenant, before) => {
    const found = await store.findByKeys(tenant, keys, before);
    const made = keys.map(({ id }) => {
      const event = { id, time: '2200-01-01T00:00:00Z', received_at: '2200-01-01T00:00:00Z' };
      const entry = new TextEncoder().encode(JSON.stringify(event));
      return { index: 0, position: 1024, entry, sealed: undefined };
    });
    return [...found, ...made];
  };
}

function carelessRegistry(registry: Registry): Registry {
  const revisionOf = async (key: string) => (await registry.get(key))?.revision ?? 0;
  return {
    ...bound(registry),
    put: async (key, value) => registry.put(key, value, await revisionOf(key)),
    putMany: async (writes) =>
      registry.putMany(
        await Promise.all(writes.map(async (write) => ({ ...write, expectedRevision: await revisionOf(write.key) }))),
      ),
  };
}

/** Hours go by between any two looks at it. */
function hastyClock(clock: Clock): Clock {
  let hours = 0;
  return {
    nowNs: () => clock.nowNs(),
    sleep: (milliseconds, signal) => clock.sleep(milliseconds, signal),
    monotonicMs: () => {
      hours += 1;
      return hours * 3_600_000;
    },
  };
}

/** The plan of a batch stays in the mind of the sequencer that made it. */
function withoutFixedBatches(registry: Registry): Registry {
  return {
    ...bound(registry),
    put: async (key, value, expected) =>
      key === `sequencer.${PARTITION}` && (value as PartitionState).batch !== null
        ? expected
        : registry.put(key, value, expected),
  };
}

/** Now and then a read leaves out its first chunk, as if that had come into the journal after the next one. */
function lateJournal(journal: Journal): Journal {
  let reads = 0;
  return {
    ...bound(journal),
    read: async (after, maxBytes) => {
      const chunks = await journal.read(after, maxBytes);
      reads += 1;
      return chunks.length > 1 && reads % 5 === 0 ? chunks.slice(1) : chunks;
    },
  };
}

const unsynced = new WeakMap<MemoryWorld, Set<number>>();

/** Every other append is on its way to the disk still when it is acknowledged. */
function hastyJournal(journal: Journal, world: MemoryWorld): Journal {
  return {
    ...bound(journal),
    append: async (chunks) => {
      const sequences = await journal.append(chunks);
      const waiting = unsynced.get(world) ?? new Set();
      unsynced.set(world, waiting);
      if (waiting.size > 3) waiting.clear();
      for (const sequence of sequences) waiting.add(sequence);
      return sequences;
    },
  };
}

function loseUnsyncedChunks(world: MemoryWorld): void {
  const lost = unsynced.get(world);
  const { chunks } = world.journal;
  while (chunks.length > 0 && lost?.has(chunks.at(-1)!.sequence)) {
    world.journal.heldBytes -= chunks.pop()!.bytes.length;
  }
  lost?.clear();
}
