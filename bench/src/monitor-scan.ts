// What the file monitor's watch costs: the first look at many files, memory for each, rest.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type TreeWatch, watchTree } from '../../packages/monitor/dist/watch/watch-tree.js';
import { readOptions } from './options.js';
import { publish } from './report.js';
import { withScratch } from './scratch.js';

const FILES_A_FOLDER = 100;
const options = readOptions('monitor-scan', 'First scan, memory and rest of the file watch.', {
  files: { help: 'files in the tree', default: '200000' },
});

await withScratch(async (folder) => {
  const files = options.number('files');
  const root = join(folder, 'root');
  makeFiles(root, files);
  const before = memory();
  const first = await timed(() => watchTree(root, { stateFolder: join(folder, 'state') }).then(opened));
  const watch = first.result;
  const after = memory();
  const reading = read(watch);
  await watch.settled();
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
      settings: { files },
      tables: [
        {
          title: 'the watch on one tree',
          columns: ['what', 'value'],
          rows: [
            ['first scan, files/s', Math.round(perSecond)],
            ['first scan, CPU µs a file', Math.round((first.cpuUs / files) * 10) / 10],
            ['comparison with the state, files/s', Math.round(files / (again.ms / 1000))],
            ['memory an entry, bytes of the process', Math.round(perEntry)],
            ['of these on the heap, bytes', Math.round((after.heapBytes - before.heapBytes) / files)],
            ['CPU at rest, %', ((user + system) / 3_000_000) * 100],
          ],
        },
      ],
      aims: [
        { what: 'first scan', aim: '>= 50,000 files/s', seen: `${Math.round(perSecond)}`, met: perSecond >= 50_000 },
        { what: 'memory an entry', aim: '<= 400 bytes', seen: `${Math.round(perEntry)}`, met: perEntry <= 400 },
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

async function read(watch: TreeWatch): Promise<void> {
  for await (const { sequence } of watch) watch.acknowledge(sequence);
}

function memory(): { rssBytes: number; heapBytes: number } {
  globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  return { rssBytes: rss, heapBytes: heapUsed };
}

async function timed<T>(work: () => Promise<T>): Promise<{ result: T; ms: number; cpuUs: number }> {
  const [began, before] = [performance.now(), process.cpuUsage()];
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  return { result, ms: performance.now() - began, cpuUs: user + system };
}
