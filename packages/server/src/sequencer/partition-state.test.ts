import { expect, test } from 'vitest';
import { openMemoryRegistry } from '../adapters/memory/memory-registry.js';
import { MemoryWorld } from '../adapters/memory/memory-world.js';
import { loadPartitionState, partitionKey, swapPartitionState } from './partition-state.js';

test('a partition begins with nothing sealed, and its state is swapped by its revision', async () => {
  const registry = openMemoryRegistry(new MemoryWorld().registry);
  const first = await loadPartitionState(registry, 3);
  expect(first).toEqual({ state: { committed: 0, batch: null }, revision: 0 });
  const planned = await swapPartitionState(registry, 3, { committed: 0, batch: { through: 7 } }, first.revision);
  expect(await loadPartitionState(registry, 3)).toEqual(planned);
  const again = swapPartitionState(registry, 3, { committed: 0, batch: { through: 9 } }, first.revision);
  await expect(again).rejects.toMatchObject({ kind: 'conflict' });
  expect((await loadPartitionState(registry, 4)).revision).toBe(0);
  expect(partitionKey(3)).toBe('sequencer.3');
});
