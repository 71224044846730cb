// How fast changes may come: the watch alone, and the whole command without contents, with checksums, with differences.
// Another process changes the files. CPU is what counts here: a core does 1,000,000 µs of it in a second.
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { watchTree } from '../../packages/monitor/dist/watch/watch-tree.js';
import { readOptions } from './options.js';
import { publish } from './report.js';
import { withScratch } from './scratch.js';

const options = readOptions('monitor-rate', 'How many changes a second the file monitor takes, and what each costs.', {
  changes: { help: 'changes of each run', default: '20000' },
  rate: { help: 'changes a second', default: '10000' },
});
const CHANGES = fileURLToPath(new URL('./monitor-changes.js', import.meta.url));
const COMMAND = fileURLToPath(new URL('../../packages/cli/bin/attestlog.cjs', import.meta.url));
/** Without a new line for so long, the command has told all. */
const QUIET_MS = 1_500;
/** `/proc/PID/stat` counts in these. */
const TICK_US = 10_000;

interface Run {
  readonly perSecond: number;
  readonly records: number;
  readonly gaps: number;
  readonly cpuUs: number;
}

const variants: [string, (folder: string) => Promise<Run>][] = [
  ['the watch alone', watchAlone],
  ['the command, --no-checksums', (folder) => command(folder, ['--no-checksums'])],
  ['the command, --diff none', (folder) => command(folder, ['--diff', 'none'])],
  ['the command', (folder) => command(folder, [])],
];
const rows = [];
let isWithoutGap = true;
for (const [what, run] of variants) {
  const { perSecond, records, gaps, cpuUs } = await withScratch(run);
  const each = cpuUs / options.number('changes');
  rows.push([what, Math.round(perSecond), records, gaps, Math.round(each), Math.round(1e6 / each)]);
  if (what === 'the watch alone') isWithoutGap = gaps === 0;
}
await publish(
  {
    bench: 'monitor-rate',
    settings: { changes: options.number('changes'), rate: options.number('rate') },
    tables: [
      {
        title: 'changes by another process',
        columns: ['what', 'changes/s', 'records', 'gaps', 'CPU µs a change', 'changes a second of CPU'],
        rows,
      },
    ],
    aims: [{ what: 'the watch alone', aim: 'no gap', seen: isWithoutGap ? 'none' : 'gaps', met: isWithoutGap }],
  },
  options.text('json'),
);

async function changing(root: string): Promise<ChildProcess> {
  mkdirSync(root);
  const child = fork(CHANGES, [root, options.text('changes') ?? '', options.text('rate') ?? '']);
  await once(child, 'message');
  return child;
}

/** Resolves with changes a second. */
async function change(child: ChildProcess): Promise<number> {
  child.send('go');
  const ended = once(child, 'exit');
  const [perSecond] = await once(child, 'message');
  await ended;
  return perSecond as number;
}

async function watchAlone(folder: string): Promise<Run> {
  const root = join(folder, 'root');
  const child = await changing(root);
  const watch = await watchTree(root, { stateFolder: join(folder, 'state') });
  const counted = { records: 0, gaps: 0 };
  const reading = (async () => {
    for await (const { type, sequence } of watch) {
      counted[type === 'gap' ? 'gaps' : 'records']++;
      watch.acknowledge(sequence);
    }
  })();
  await watch.settled();
  const before = process.cpuUsage();
  const perSecond = await change(child);
  await watch.settled();
  const { user, system } = process.cpuUsage(before);
  await watch.close();
  await reading;
  return { perSecond, ...counted, cpuUs: user + system };
}

async function command(folder: string, flags: readonly string[]): Promise<Run> {
  const root = join(folder, 'root');
  const output = join(folder, 'lines');
  const child = await changing(root);
  const written = openSync(output, 'w');
  const args = ['monitor', root, '--format', 'json', '--no-who', '--state', join(folder, 'state'), ...flags];
  const monitor = spawn(process.execPath, [COMMAND, ...args], { stdio: ['ignore', written, 'pipe'] });
  closeSync(written);
  for await (const text of monitor.stderr!.iterator({ destroyOnReturn: false })) {
    if (String(text).includes('watches')) break;
  }
  monitor.stderr!.resume();
  const before = cpuUsOf(monitor.pid!);
  const perSecond = await change(child);
  for (let bytes = -1; bytes !== statSync(output).size; await sleep(QUIET_MS)) bytes = statSync(output).size;
  const [ended, ofOthers] = [once(monitor, 'exit'), cpuUsOfEnded()];
  monitor.kill('SIGTERM');
  await ended;
  const cpuUs = cpuUsOfEnded() - ofOthers - before;
  const lines = readFileSync(output, 'utf8').trimEnd().split('\n');
  const gaps = lines.filter((line) => line.includes('"gap":{')).length;
  return { perSecond, records: lines.length - gaps, gaps, cpuUs };
}

/** User and system time so far (proc(5), fields 14 and 15). */
function cpuUsOf(pid: number): number {
  const [user, system] = statOf(pid).slice(11, 13);
  return (user! + system!) * TICK_US;
}

/** Of this process's children that have ended, from their beginning to their end (fields 16 and 17). */
function cpuUsOfEnded(): number {
  const [user, system] = statOf(process.pid).slice(13, 15);
  return (user! + system!) * TICK_US;
}

function statOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ').map(Number);
}
