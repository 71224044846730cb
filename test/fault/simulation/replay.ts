import { MemoryClock } from '../../../packages/server/src/adapters/memory/memory-clock.js';
import { openMemoryJournal } from '../../../packages/server/src/adapters/memory/memory-journal.js';
import { openMemoryRegistry } from '../../../packages/server/src/adapters/memory/memory-registry.js';
import { openMemoryStore } from '../../../packages/server/src/adapters/memory/memory-store.js';
import { MemoryWorld } from '../../../packages/server/src/adapters/memory/memory-world.js';
import { IdHasher } from '../../../packages/server/src/identity/id-hash.js';
import { PendingIds } from '../../../packages/server/src/identity/pending-ids.js';
import { RecentIds } from '../../../packages/server/src/identity/recent-ids.js';
import type { HeadDocument } from '../../../packages/server/src/sequencer/head.js';
import { Progress } from '../../../packages/server/src/sequencer/progress.js';
import { Sequencer } from '../../../packages/server/src/sequencer/sequencer.js';
import { type History, PARTITION } from './history.js';
import type { Plan } from './plan.js';
import type { Random } from './random.js';
import { demand } from './violation.js';

/** Seals the whole history of the journal once more, elsewhere and in batches of another size: nothing may differ. */
export async function checkReplay(history: History, plan: Plan, random: Random): Promise<void> {
  const world = new MemoryWorld();
  for (const chunk of history.chunks) {
    world.journal.chunks.push(chunk);
    world.journal.lastSequence = chunk.sequence;
    world.journal.heldBytes += chunk.bytes.length;
  }
  const recentIds = new RecentIds({ windowNs: plan.windowNs, maxBytes: 1 << 20, minGenerationIds: 64 });
  recentIds.loaded(recentIds.reset(undefined));
  const sequencer = new Sequencer({
    journal: openMemoryJournal(world.journal),
    registry: openMemoryRegistry(world.registry),
    store: openMemoryStore(world.store),
    hasher: new IdHasher(random.uint32()),
    recentIds,
    pendingIds: new PendingIds(),
    progress: new Progress(),
    rule: { windowNs: plan.windowNs, maxFutureSkewNs: plan.maxFutureSkewNs },
    limits: { maxBatchBytes: random.pick([1, 5_000, 16_000_000]), maxBatchEvents: 1_000, maxCachedHeads: 10 },
    partition: PARTITION,
    clock: new MemoryClock(),
    yieldToLoop: () => Promise.resolve(),
    onIdsBehind: () => undefined,
  });
  while ((await sequencer.sealNext()) !== undefined);
  demand(same(rowsOf(world), rowsOf(history.world)), 'a replay gives the same', () => 'the rows differ');
  demand(same(nodesOf(world), nodesOf(history.world)), 'a replay gives the same', () => 'the nodes differ');
  demand(same(headsOf(world), headsOf(history.world)), 'a replay gives the same', () => 'the heads differ');
}

function rowsOf({ store }: MemoryWorld): string[] {
  return store.rows.map(
    ({ tenant, index, position, entry }) => `${tenant} ${index} ${position} ${Buffer.from(entry).toString('base64')}`,
  );
}

function nodesOf({ store }: MemoryWorld): string[] {
  return [...store.nodes].map(([key, hashes]) => `${key} ${hashes.map((hash) => Buffer.from(hash).toString('hex'))}`);
}

/** Without the sequence of the batch that made it: that is how it came about, not what it is. */
function headsOf({ registry }: MemoryWorld): string[] {
  return [...registry.documents].flatMap(([key, { json }]) => {
    if (!key.startsWith('head.')) return [];
    const { size, root, edge } = (JSON.parse(json) as HeadDocument).current;
    return [`${key} ${size} ${root} ${edge.join(' ')}`];
  });
}

function same(ours: string[], theirs: string[]): boolean {
  return ours.sort().join('\n') === theirs.sort().join('\n');
}
