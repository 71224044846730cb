import { readdir, readFile } from 'node:fs/promises';

const TICKS_PER_SECOND = 100;

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

/** Memory of a process that is in RAM now, in MiB. */
export async function residentMib(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024;
}
