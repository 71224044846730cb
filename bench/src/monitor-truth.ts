// The same operations before our watch, chokidar and @parcel/watcher: what each of them believes to be there afterwards.
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import parcel from '@parcel/watcher';
import chokidar from 'chokidar';
import { ReplayedTree } from '../../packages/monitor/dist/testing/truth/replayed-tree.js';
import type { Change } from '../../packages/monitor/dist/watch/file-change.js';
import { fileSystemReader } from '../../packages/monitor/dist/watch/tree-reader.js';
import { watchTree } from '../../packages/monitor/dist/watch/watch-tree.js';
import { readOptions } from './options.js';
import { publish } from './report.js';
import { withScratch } from './scratch.js';

const options = readOptions(
  'monitor-truth',
  'What watchers believe after random operations: lost, wrong, ghosts, CPU.',
  {
    operations: { help: 'random operations', default: '5000' },
    seed: { help: 'of the operations', default: '1' },
    quiet: { help: 'seconds that a library has after the last operation', default: '5' },
  },
);
const OPERATE = fileURLToPath(new URL('../../packages/monitor/dist/testing/truth/operate.js', import.meta.url));

interface Watcher {
  /** What is believed to be there, when all has been told. */
  settled(): Promise<ReplayedTree>;
  renames(): number;
  gaps(): number;
  close(): Promise<unknown>;
}

const watchers: Record<string, (folder: string) => Promise<Watcher>> = { ours, chokidar: chokidars, parcel: parcels };

const rows = [];
for (const [name, open] of Object.entries(watchers)) rows.push(await withScratch((folder) => run(name, open, folder)));
await publish(
  {
    bench: 'monitor-truth',
    settings: { operations: options.number('operations'), seed: options.number('seed') },
    tables: [
      {
        title: 'after the same operations',
        columns: ['watcher', 'lost', 'wrong', 'ghosts', 'renames', 'reported gaps', 'CPU s', 'operations s'],
        rows,
      },
    ],
    aims: [],
  },
  options.text('json'),
);

async function run(name: string, open: (folder: string) => Promise<Watcher>, folder: string) {
  const root = join(folder, 'root');
  mkdirSync(root);
  const watcher = await open(folder);
  const before = process.cpuUsage();
  const began = performance.now();
  const workerData = {
    root,
    outside: join(folder, 'outside'),
    seed: options.number('seed'),
    count: options.number('operations'),
  };
  await once(new Worker(OPERATE, { workerData }), 'exit');
  const seconds = (performance.now() - began) / 1000;
  const tree = await watcher.settled();
  const { user, system } = process.cpuUsage(before);
  const differences = tree.differences(root);
  const count = (is: string) => differences.filter((one) => one.is === is).length;
  await watcher.close();
  const cpu = ((user + system) / 1e6).toFixed(2);
  return [
    name,
    count('lost'),
    count('wrong'),
    count('ghost'),
    watcher.renames(),
    watcher.gaps(),
    cpu,
    seconds.toFixed(1),
  ];
}

async function ours(folder: string): Promise<Watcher> {
  const watch = await watchTree(join(folder, 'root'), { stateFolder: join(folder, 'state') });
  const tree = new ReplayedTree();
  let [renames, gaps] = [0, 0];
  const reading = (async () => {
    for await (const record of watch) {
      if (record.type === 'gap') gaps++;
      else tree.apply(record);
      if (record.type === 'renamed') renames++;
      watch.acknowledge(record.sequence);
    }
  })();
  await watch.ready;
  return {
    async settled() {
      await watch.settled();
      while (watch.stats().undelivered > 0) await sleep(1);
      return tree;
    },
    renames: () => renames,
    gaps: () => gaps,
    close: () => watch.close().then(() => reading),
  };
}

async function chokidars(folder: string): Promise<Watcher> {
  const root = join(folder, 'root');
  const tree = new ReplayedTree();
  const watcher = chokidar.watch(root, { followSymlinks: false, alwaysStat: true, ignoreInitial: true });
  await once(watcher, 'ready');
  watcher.on('all', (event, path) => {
    if (path !== root) tree.apply(asChange(event.startsWith('unlink') ? 'deleted' : 'created', root, path));
  });
  return { settled: () => afterQuiet(tree), renames: () => 0, gaps: () => 0, close: () => watcher.close() };
}

async function parcels(folder: string): Promise<Watcher> {
  const root = join(folder, 'root');
  const tree = new ReplayedTree();
  let gaps = 0;
  const subscription = await parcel.subscribe(root, (error, events) => {
    if (error) gaps++;
    for (const { type, path } of events) {
      if (path !== root) tree.apply(asChange(type === 'delete' ? 'deleted' : 'created', root, path));
    }
  });
  return {
    settled: () => afterQuiet(tree),
    renames: () => 0,
    gaps: () => gaps,
    close: () => subscription.unsubscribe().catch(() => {}),
  };
}

async function afterQuiet(tree: ReplayedTree): Promise<ReplayedTree> {
  await sleep(options.number('quiet') * 1000);
  return tree;
}

/** A library tells of a path; how it looks is looked up when it tells, as whoever uses it would. */
function asChange(type: 'created' | 'deleted', root: string, path: string): Change {
  const stat = type === 'deleted' ? null : fileSystemReader.look(Buffer.from(path, 'utf8').toString('latin1'));
  const about = { sequence: 0, id: '', found: 'seen' as const, seenAtMs: 0, before: null };
  return { ...about, type, kind: stat?.kind ?? 'file', path: path.slice(root.length + 1), stat };
}
