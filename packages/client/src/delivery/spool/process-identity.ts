import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Place of the start time among the fields of `/proc/PID/stat` (proc(5)) that follow the name in parentheses. */
const START_FIELD = 19;

/** Which process something belongs to, as far as the system tells it. */
export interface ProcessIdentity {
  /** The running kernel: two processes with the same one are on one machine, and it has not been restarted between. */
  readonly kernel: string;
  /** The machine, across restarts. */
  readonly machine: string;
  readonly pid: number;
  /** The numbers of processes mean the same within one of these only. */
  readonly pidNamespace: string;
  /** When it started, in the kernel's ticks; with the number, no other process is it. Empty where that is not told. */
  readonly started: string;
}

export function ownIdentity(): ProcessIdentity {
  return {
    kernel: fileText('/proc/sys/kernel/random/boot_id') ?? hostname(),
    machine: `${hostname()} ${fileText('/etc/machine-id') ?? ''}`,
    pid: process.pid,
    pidNamespace: linkText('/proc/self/ns/pid') ?? '',
    started: startOf(process.pid) ?? '',
  };
}

/** When a process started; undefined when there is none of this number, or the system does not tell. */
export function startOf(pid: number): string | undefined {
  const stat = fileText(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[START_FIELD];
}

function fileText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}

function linkText(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
