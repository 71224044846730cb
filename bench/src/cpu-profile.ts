import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Table } from './report.js';

/** What V8 writes with `--cpu-prof`. Times in microseconds. */
interface CpuProfile {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }[];
  samples: number[];
  timeDeltas: number[];
}

export interface FunctionCost {
  name: string;
  /** Time in the function itself, without what it calls. */
  selfMs: number;
  /** Of the time in which the main thread did something. */
  share: number;
}

const NOT_BUSY = new Set(['(idle)', '(root)']);

/** The functions of one thread by their own time, dearest first; and how busy the thread was. */
async function readProfile(path: string): Promise<{ busyShare: number; functions: FunctionCost[] }> {
  const profile = JSON.parse(await readFile(path, 'utf8')) as CpuProfile;
  const names = new Map(profile.nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  const selfMs = new Map<string, number>();
  let totalMs = 0;
  let busyMs = 0;
  profile.samples.forEach((id, i) => {
    const name = names.get(id)!;
    const ms = profile.timeDeltas[i]! / 1000;
    totalMs += ms;
    if (NOT_BUSY.has(name)) return;
    busyMs += ms;
    selfMs.set(name, (selfMs.get(name) ?? 0) + ms);
  });
  const functions = [...selfMs]
    .map(([name, ms]) => ({ name, selfMs: ms, share: ms / busyMs }))
    .sort((a, b) => b.selfMs - a.selfMs);
  return { busyShare: busyMs / totalMs, functions };
}

/** `name (package/file.js:line)`, with as much of the path as tells files apart. */
function nameOf({ functionName, url, lineNumber }: CpuProfile['nodes'][number]['callFrame']): string {
  const name = functionName === '' ? '(anonymous)' : functionName;
  if (url === '') return name;
  const place = url.replace(/^file:\/\//, '').replace(/^.*\/(?:packages|node_modules)\//, '');
  return `${name} (${place}:${lineNumber + 1})`;
}

const SHOWN_FUNCTIONS = 25;

/** The dearest functions of each thread whose profile is in a folder, as a table; the event loop comes first. */
export async function profileTables(folder: string): Promise<Table[]> {
  // Named CPU.date.time.process.thread.number.cpuprofile; the event loop is thread 0.
  const threadOf = (name: string) => Number(name.split('.')[4]);
  const files = (await readdir(folder)).filter((name) => name.endsWith('.cpuprofile'));
  files.sort((a, b) => threadOf(a) - threadOf(b));
  return Promise.all(
    files.map(async (name) => {
      const { busyShare, functions } = await readProfile(join(folder, name));
      const thread = threadOf(name) === 0 ? 'the event loop' : `worker thread ${threadOf(name)}`;
      return {
        title: `Own time of functions on ${thread}, which was busy ${Math.round(busyShare * 100)} % of the time`,
        columns: ['function', 'ms', '% of busy'],
        rows: functions.slice(0, SHOWN_FUNCTIONS).map(({ name, selfMs, share }) => [name, selfMs, share * 100]),
      };
    }),
  );
}
