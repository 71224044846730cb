import { describeStore } from '../../ports/conformance/store-conformance.js';
import { MemoryStoreState } from './memory-rows.js';
import { openMemoryStore } from './memory-store.js';

describeStore('memory', async () => {
  const state = new MemoryStoreState();
  return { store: openMemoryStore(state), reopen: async () => openMemoryStore(state), dispose: async () => undefined };
});
