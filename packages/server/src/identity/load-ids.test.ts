import { expect, test } from 'vitest';
import { MemoryPipeline, RULE } from '../../testing/memory-pipeline.js';
import { NOW_NS } from '../../testing/sample-records.js';
import { positionAfter, positionOf } from '../ports/position.js';
import { loadPendingIds, loadRecentIds } from './load-ids.js';
import { PendingIds } from './pending-ids.js';
import { RecentIds } from './recent-ids.js';

const never = new AbortController().signal;
const newRecentIds = () => new RecentIds({ windowNs: RULE.windowNs, maxBytes: 1 << 26 });

test('the ids of all records that wait are pending, with their positions', async () => {
  const { ports, hasher, ...pipeline } = bound(new MemoryPipeline());
  await pipeline.append('acme', { id: 'sealed' });
  const [second] = await pipeline.append('acme', { id: 'a' }, { id: 'b' });
  const [last] = await pipeline.append('other', { id: 'a' });
  const pending = new PendingIds();
  expect(await loadPendingIds(ports.journal, 1, pending, hasher)).toBe(last);
  expect(pending.size).toBe(3);
  expect(pending.has(hasher.key('acme', 'sealed'))).toBe(false);
  const found = await pending.find(ports.journal, 'acme', 'b', hasher.key('acme', 'b'));
  expect(found?.position).toBe(positionOf(second!, 1));
});

test('an empty journal has nothing that waits', async () => {
  const { ports, hasher } = new MemoryPipeline();
  expect(await loadPendingIds(ports.journal, 0, new PendingIds(), hasher)).toBe(0);
});

test('recent ids are those received since the time and committed, of all tenants', async () => {
  const { ports, hasher, ...pipeline } = bound(new MemoryPipeline());
  await pipeline.append('acme', { id: 'old', receivedAtNs: NOW_NS - RULE.windowNs - 1n });
  await pipeline.append('acme', { id: 'a', receivedAtNs: NOW_NS - RULE.windowNs });
  const [committed] = await pipeline.append('other', { id: 'b' });
  await pipeline.append('acme', { id: 'later' });
  await pipeline.sealAll();
  const recent = newRecentIds();
  await loadRecentIds(ports.store, NOW_NS - RULE.windowNs, positionAfter(committed!), recent, hasher, never);
  expect(recent.ids).toBe(2);
  expect([recent.covers(NOW_NS), recent.coversEverything]).toEqual([true, false]);
  expect(recent.mayContain(hasher.hash('other', 'b'), NOW_NS)).toBe(true);
  expect(recent.mayContain(hasher.hash('acme', 'old'), NOW_NS)).toBe(false);
});

test('without a time everything is loaded, and covered', async () => {
  const { ports, hasher, ...pipeline } = bound(new MemoryPipeline());
  await pipeline.append('acme', { id: 'older', receivedAtNs: NOW_NS - RULE.windowNs }, { id: 'a' });
  await pipeline.sealAll();
  const recent = newRecentIds();
  await loadRecentIds(ports.store, undefined, Number.MAX_SAFE_INTEGER, recent, hasher, never);
  expect([recent.ids, recent.coversEverything]).toEqual([2, true]);
});

test('a load that fails or is broken off leaves everything to be looked up', async () => {
  const { ports, hasher, ...pipeline } = bound(new MemoryPipeline());
  await pipeline.append('acme', { id: 'a' });
  await pipeline.sealAll();
  const recent = newRecentIds();
  const failing = {
    ...ports.store,
    async *idsReceivedSince() {
      yield [{ tenant: 'acme', id: 'a', receivedAtNs: NOW_NS }];
      throw new Error('broken off');
    },
  };
  await expect(loadRecentIds(failing, undefined, 1, recent, hasher, never)).rejects.toThrow('broken off');
  expect(recent.mayContain(hasher.hash('acme', 'stranger'), NOW_NS)).toBe(true);
  await loadRecentIds(ports.store, undefined, Number.MAX_SAFE_INTEGER, recent, hasher, AbortSignal.abort());
  expect(recent.mayContain(hasher.hash('acme', 'stranger'), NOW_NS)).toBe(true);
});

/** The pipeline's parts, with its methods bound to it. */
function bound(pipeline: MemoryPipeline) {
  return {
    ports: pipeline.ports,
    hasher: pipeline.hasher,
    append: pipeline.append.bind(pipeline),
    sealAll: pipeline.sealAll.bind(pipeline),
  };
}
