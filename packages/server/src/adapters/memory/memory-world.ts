import { MemoryJournalState } from './memory-journal.js';
import { MemoryObjectsState } from './memory-objects.js';
import { MemoryRegistryState } from './memory-registry.js';
import { MemoryStoreState } from './memory-rows.js';

/**
 * All that is on stable storage in a simulation. Processes come and go: each opens handles of its own
 * (`openMemoryJournal(world.journal)` and so on); a crash is to forget them, and several may be open at once.
 */
export class MemoryWorld {
  readonly journal = new MemoryJournalState();
  readonly registry = new MemoryRegistryState();
  readonly objects = new MemoryObjectsState();
  readonly store = new MemoryStoreState();
}
