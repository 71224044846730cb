// What the file monitor's watch costs: the first look at many files, memory for each, a fast stream of changes, rest.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type TreeWatch, watchTree } from '../../packages/monitor/dist/watch/watch-tree.js';
import { readOptions } from './options.js';
import { publish } from './report.js';
import { withScratch } from './scratch.js';

const FILES_A_FOLDER = 100;
const options = readOptions(
  'monitor-scan',
  'First scan, memory, a fast stream of changes and rest of the file watch.',
  {
    files: { help: 'files in the tree', default: '200000' },
    changes: { help: 'changes in the stream', default: '50000' },
    rate: { help: 'changes a second', default: '10000' },
  },
);

await withScratch(async (folder) => {
  const files = options.number('files');
  const root = join(folder, 'root');
  makeFiles(root, files);
  const before = memory();
  const first = await timed(() => watchTree(root, { stateFolder: join(folder, 'state') }).then(opened));
  const watch = first.result;
  const after = memory();
  const counted = { gaps: 0, changes: 0 };
  const reading = read(watch, counted);
  const stream = await changeFast(root, watch);
  const rest = process.cpuUsage();
  await sleep(3_000);
  const { user, system } = process.cpuUsage(rest);
  const again = await timed(() => watch.rescan());
  await watch.close();
  await reading;
  const perEntry = (after.rssBytes - before.rssBytes) / files;
  const perSecond = files / (first.ms / 1000);
  await publish(
    {
      bench: 'monitor-scan',
      settings: { files, changes: options.number('changes'), rate: options.number('rate') },
      tables: [
        {
          title: 'the watch on one tree',
          columns: ['what', 'value'],
          rows: [
            ['first scan, files/s', Math.round(perSecond)],
            ['comparison with the state, files/s', Math.round(files / (again.ms / 1000))],
            ['memory an entry, bytes of the process', Math.round(perEntry)],
            ['of these on the heap, bytes', Math.round((after.heapBytes - before.heapBytes) / files)],
            ['changes made a second', Math.round(stream.rate)],
            ['records of them', counted.changes],
            ['gaps', counted.gaps],
            ['until all were told, ms', Math.round(stream.tailMs)],
            ['CPU at rest, %', ((user + system) / 3_000_000) * 100],
          ],
        },
      ],
      aims: [
        { what: 'first scan', aim: '>= 50,000 files/s', seen: `${Math.round(perSecond)}`, met: perSecond >= 50_000 },
        { what: 'memory an entry', aim: '<= 400 bytes', seen: `${Math.round(perEntry)}`, met: perEntry <= 400 },
        { what: 'a stream of changes', aim: 'no gap', seen: `${counted.gaps} gaps`, met: counted.gaps === 0 },
      ],
    },
    options.text('json'),
  );
});

function makeFiles(root: string, files: number): void {
  for (let made = 0; made < files; made++) {
    const folder = join(root, `d${Math.floor(made / (FILES_A_FOLDER * 100))}`, `e${Math.floor(made / FILES_A_FOLDER)}`);
    if (made % FILES_A_FOLDER === 0) mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `file-${made}.txt`), '');
  }
}

async function opened(watch: TreeWatch): Promise<TreeWatch> {
  await watch.ready;
  return watch;
}

async function read(watch: TreeWatch, counted: { gaps: number; changes: number }): Promise<void> {
  for await (const record of watch) {
    if (record.type === 'gap') counted.gaps++;
    else counted.changes++;
    watch.acknowledge(record.sequence);
  }
}

/** Writes to files one after the other, at the wanted rate in slices of 10 ms. */
async function changeFast(root: string, watch: TreeWatch): Promise<{ rate: number; tailMs: number }> {
  const [changes, rate] = [options.number('changes'), options.number('rate')];
  const began = performance.now();
  for (let made = 0; made < changes; ) {
    const due = Math.min(changes, Math.ceil(((performance.now() - began) / 1000) * rate));
    for (; made < due; made++) writeFileSync(join(root, `d0/e${made % FILES_A_FOLDER}/new-${made}`), 'x');
    await sleep(10);
  }
  const ended = performance.now();
  await watch.settled();
  return { rate: changes / ((ended - began) / 1000), tailMs: performance.now() - ended };
}

function memory(): { rssBytes: number; heapBytes: number } {
  globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  return { rssBytes: rss, heapBytes: heapUsed };
}

async function timed<T>(work: () => Promise<T>): Promise<{ result: T; ms: number }> {
  const began = performance.now();
  const result = await work();
  return { result, ms: performance.now() - began };
}
