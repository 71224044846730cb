import { readdir, readFile } from 'node:fs/promises';

/** The unit of CPU times in /proc. */
export const TICKS_PER_SECOND = 100;

/** CPU seconds of a process so far, by the names of its threads (Linux: /proc/PID/task). */
export async function threadCpuSeconds(pid: number): Promise<Map<string, number>> {
  const seconds = new Map<string, number>();
  for (const task of await readdir(`/proc/${pid}/task`)) {
    const stat = await readFile(`/proc/${pid}/task/${task}/stat`, 'utf8').catch(() => undefined);
    if (stat === undefined) continue;
    const nameEnd = stat.lastIndexOf(')');
    const fields = stat.slice(nameEnd + 2).split(' ');
    const used = (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
    const name = task === String(pid) ? 'event loop' : stat.slice(stat.indexOf('(') + 1, nameEnd);
    seconds.set(name, (seconds.get(name) ?? 0) + used);
  }
  return seconds;
}

/** CPU seconds so far of a process and of all its children, those that have ended included. */
export async function familyCpuSeconds(pid: number): Promise<number> {
  let ticks = 0;
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    const [, parent, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // After state and parent: utime, stime, cutime and cstime are the 12th to 15th of the fields from the state on.
    if (Number(name) === pid) ticks += sum(fields.slice(9, 13));
    else if (Number(parent) === pid) ticks += sum(fields.slice(9, 11));
  }
  return ticks / TICKS_PER_SECOND;
}

function sum(texts: readonly string[]): number {
  return texts.reduce((total, text) => total + Number(text), 0);
}

/** Memory of a process that is in RAM now, in MiB. */
export async function residentMib(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024;
}
