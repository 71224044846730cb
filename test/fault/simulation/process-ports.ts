import { type Fault, Faults } from '../../../packages/server/src/adapters/memory/faults.js';
import {
  withJournalFaults,
  withObjectsFaults,
  withRegistryFaults,
  withStoreFaults,
} from '../../../packages/server/src/adapters/memory/faulty-ports.js';
import type { YieldPoint } from '../../../packages/server/src/adapters/memory/memory-handle.js';
import { openMemoryJournal } from '../../../packages/server/src/adapters/memory/memory-journal.js';
import { openMemoryObjects } from '../../../packages/server/src/adapters/memory/memory-objects.js';
import { openMemoryRegistry } from '../../../packages/server/src/adapters/memory/memory-registry.js';
import { openMemoryStore } from '../../../packages/server/src/adapters/memory/memory-store.js';
import type { MemoryWorld } from '../../../packages/server/src/adapters/memory/memory-world.js';
import type { Journal } from '../../../packages/server/src/ports/journal.js';
import type { Objects } from '../../../packages/server/src/ports/objects.js';
import type { Registry } from '../../../packages/server/src/ports/registry.js';
import type { EventStore } from '../../../packages/server/src/ports/store.js';
import type { Breakage } from './breakage.js';
import { withRepeats } from './repeated-delivery.js';

export interface Ports {
  journal: Journal;
  registry: Registry;
  store: EventStore;
  objects: Objects;
}

/** A process's ports: memory, broken on purpose where a test asks for it, then the faults of the schedule. */
export class ProcessPorts implements Ports {
  readonly journal: Journal;
  readonly registry: Registry;
  readonly store: EventStore;
  readonly objects: Objects;
  /** What this process was told has failed and is yet to be applied, for each port. */
  readonly late: readonly Faults[];
  readonly lateAppends: Faults;

  constructor(
    world: MemoryWorld,
    yieldPoint: YieldPoint,
    chooseFault: (operation: string) => Fault | 'repeat' | undefined,
    breakage: Breakage,
  ) {
    const whole: Ports = {
      journal: openMemoryJournal(world.journal, { yieldPoint }),
      registry: openMemoryRegistry(world.registry, { yieldPoint }),
      store: openMemoryStore(world.store, { yieldPoint }),
      objects: openMemoryObjects(world.objects, { yieldPoint }),
    };
    let isRepeated = false;
    const plan = (operation: string) => {
      const chosen = chooseFault(operation);
      isRepeated = chosen === 'repeat';
      return chosen === 'repeat' ? undefined : chosen;
    };
    const ports = withRepeats({ ...whole, ...breakage.ports?.(whole, world) }, () => isRepeated);
    const [appends, registry, store, objects] = [
      new Faults(plan),
      new Faults(plan),
      new Faults(plan),
      new Faults(plan),
    ];
    this.journal = withJournalFaults(ports.journal, appends);
    this.registry = withRegistryFaults(ports.registry, registry);
    this.store = withLoadFaults(withStoreFaults(ports.store, store), store);
    this.objects = withObjectsFaults(ports.objects, objects);
    this.lateAppends = appends;
    this.late = [registry, store, objects];
  }
}

/** The one operation of the store that the memory adapter's faults leave alone: the list of ids, as a stream. */
function withLoadFaults(store: EventStore, faults: Faults): EventStore {
  return {
    ...store,
    async *idsReceivedSince(since, before) {
      await faults.run('store.idsReceivedSince', { whole: () => Promise.resolve() });
      yield* store.idsReceivedSince(since, before);
    },
  };
}
