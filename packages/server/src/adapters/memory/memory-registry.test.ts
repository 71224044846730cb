import { describeRegistry } from '../../ports/conformance/registry-conformance.js';
import { MemoryRegistryState, openMemoryRegistry } from './memory-registry.js';

describeRegistry('memory', async () => {
  const state = new MemoryRegistryState();
  const open = () => openMemoryRegistry(state);
  let registry = open();
  return {
    registry,
    async reopen() {
      await registry.close();
      registry = open();
      return registry;
    },
    dispose: () => registry.close(),
  };
});
