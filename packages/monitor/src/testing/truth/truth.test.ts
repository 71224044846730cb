import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WatchedFolder } from '../../../testing/watched-folder.js';
import { type Operation, RandomOperations } from './random-operations.js';

/** Operations of the long run; `npm run test:unit -- truth --truth-operations 100000`. */
const OPERATIONS = Number(process.env.ATTESTLOG_TEST_TRUTH_OPERATIONS ?? 1_500);
const SEED = Number(process.env.ATTESTLOG_TEST_SEED ?? 1);

describe.runIf(process.platform === 'linux')('what the watch tells', () => {
  let folder: WatchedFolder;
  beforeEach(() => {
    folder = new WatchedFolder();
  });
  afterEach(() => folder.remove());

  it('gives, replayed, the tree that is there, however fast it was changed', { timeout: 3_600_000 }, async () => {
    await folder.open({ settleMs: 50 });
    await operate(folder, OPERATIONS);
    await folder.told();
    expect(folder.replayed.differences(folder.root)).toEqual([]);
    expect(folder.replayed.misfits).toEqual([]);
  });

  it('says that it could not keep up where it could not, and finds what is there', async () => {
    await folder.open({ settleMs: 50, maxNotices: 50 });
    const options = { root: folder.root, outside: join(folder.base, 'outside'), seed: SEED, nowMs: Date.now };
    const operations = new RandomOperations(options);
    // Without letting the watch have the thread, so that all notices of a round wait at once.
    for (let round = 0; round < 3; round++) {
      for (let count = 0; count < 150; count++) operations.step();
      await folder.settled();
    }
    expect(folder.replayed.differences(folder.root)).toEqual([]);
    expect(folder.replayed.misfits).toEqual([]);
    expect(folder.gaps).toContain('queue-overflow');
  });

  it('names everything that was done, where it can keep up', async () => {
    await folder.open({ settleMs: 1 });
    const options = { root: folder.root, outside: join(folder.base, 'outside'), seed: SEED + 1, nowMs: Date.now };
    const operations = new RandomOperations(options);
    for (let count = 0; count < 150; count++) {
      const operation = operations.step();
      await folder.settled();
      expect(unnamed(operation, folder), operation.name).toEqual([]);
      folder.records.length = 0;
    }
    expect(folder.replayed.differences(folder.root)).toEqual([]);
  });
});

/** Paths that no record names, and no gap covers. */
function unnamed({ paths }: Operation, { records }: WatchedFolder): string[] {
  const named = new Set<string>();
  const gaps: string[] = [];
  for (const record of records) {
    if (record.type === 'gap') gaps.push(record.scope);
    else named.add(record.path);
    if (record.type === 'renamed') named.add(record.oldPath);
  }
  const moved = records.flatMap((record) => (record.type === 'renamed' ? [record.oldPath, record.path] : []));
  const isCovered = (path: string) => [...gaps, ...moved].some((top) => path === top || path.startsWith(`${top}/`));
  return paths.filter((path) => !named.has(path) && !isCovered(path));
}

/** On a thread of its own, as fast as it can. */
async function operate({ root, base }: WatchedFolder, count: number): Promise<void> {
  const program = new URL('../../../dist/testing/truth/operate.js', import.meta.url);
  const thread = new Worker(program, { workerData: { root, outside: join(base, 'outside'), seed: SEED, count } });
  await once(thread, 'exit');
}
