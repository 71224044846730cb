import { expect, test } from 'vitest';
import { describeObjects } from '../../ports/conformance/objects-conformance.js';
import { MemoryObjectsState, openMemoryObjects } from './memory-objects.js';

describeObjects('memory', async () => {
  const state = new MemoryObjectsState();
  return {
    objects: openMemoryObjects(state),
    reopen: async () => openMemoryObjects(state),
    dispose: async () => undefined,
  };
});

test('at the limit nothing is applied', async () => {
  const objects = openMemoryObjects(new MemoryObjectsState(), { maxBytes: 10 });
  await objects.put('a', new Uint8Array(6));
  await expect(objects.put('b', new Uint8Array(5))).rejects.toMatchObject({ kind: 'full' });
  await objects.put('a', new Uint8Array(10));
  expect(await objects.list('', { limit: 9 })).toEqual(['a']);
});
