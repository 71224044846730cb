import { describe, expect, it } from 'vitest';
import { MemoryClock } from '../adapters/memory/memory-clock.js';
import { openMemoryStore } from '../adapters/memory/memory-store.js';
import { MemoryWorld } from '../adapters/memory/memory-world.js';
import { describeStore } from '../ports/conformance/store-conformance.js';
import type { EntryFraming } from '../ports/entry-framing.js';
import { PortFailure } from '../ports/failure.js';
import type { EventStore } from '../ports/store.js';
import { measuredStore } from './measured-store.js';

describeStore('measured', async () => {
  const world = new MemoryWorld();
  const open = () => measuredStore(openMemoryStore(world.store), new MemoryClock(), () => undefined);
  return { store: open(), reopen: async () => open(), dispose: async () => undefined };
});

describe('a measured store', () => {
  it('tells each operation, its duration and whether it worked', async () => {
    const clock = new MemoryClock();
    const told: unknown[] = [];
    const slow = {
      ...openMemoryStore(new MemoryWorld().store),
      page: async () => {
        clock.advance(250);
        return [];
      },
      check: async () => {
        throw new PortFailure('unavailable', 'gone');
      },
    } as unknown as EventStore;
    const store = measuredStore(slow, clock, (...operation) => told.push(operation));
    await store.page({ tenant: 'acme', before: 1, limit: 1 });
    await expect(store.check()).rejects.toThrow('gone');
    expect(told).toEqual([
      ['page', 0.25, true],
      ['check', 0, false],
    ]);
  });

  it('frames entries where the store does, and tells that too', async () => {
    const told: unknown[] = [];
    const observe = (...operation: unknown[]) => told.push(operation);
    const plain = openMemoryStore(new MemoryWorld().store);
    expect(measuredStore(plain, new MemoryClock(), observe).framing).toBeUndefined();
    const framing: EntryFraming = { runBytes: async () => [7], entries: async () => Uint8Array.of(1) };
    const store = measuredStore({ ...plain, framing } as EventStore, new MemoryClock(), observe);
    expect(await store.framing!.runBytes('acme', 0, 1, 1)).toEqual([7]);
    expect(await store.framing!.entries('acme', 0, 1)).toEqual(Uint8Array.of(1));
    expect(told).toEqual([
      ['run_bytes', 0, true],
      ['framed_entries', 0, true],
    ]);
  });
});
