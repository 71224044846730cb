import { readFileSync } from 'node:fs';

export interface CpuCost {
  /** Median CPU time of one run, in milliseconds. */
  medianMs: number;
  runs: number;
}

const WARMUP_SHARE = 0.3;
const MIN_RUNS = 5;

/**
 * Runs a synchronous piece of work for about this long and gives the median of its CPU time. CPU time and not time on
 * the clock, since what else the machine does would be in that.
 */
export function measureCpu(run: () => unknown, milliseconds: number): CpuCost {
  repeatFor(run, milliseconds * WARMUP_SHARE);
  const times = repeatFor(run, milliseconds).sort((a, b) => a - b);
  return { medianMs: times[Math.floor(times.length / 2)]!, runs: times.length };
}

function repeatFor(run: () => unknown, milliseconds: number): number[] {
  const times: number[] = [];
  const end = performance.now() + milliseconds;
  while (performance.now() < end || times.length < MIN_RUNS) {
    const before = threadCpuMs();
    kept = run();
    times.push(threadCpuMs() - before);
  }
  return times;
}

/** Holds on to results, so that no work is left out as useless. */
export let kept: unknown;

/** CPU time of the main thread where the system tells it (Linux), of the process elsewhere. */
function threadCpuMs(): number {
  try {
    return Number(readFileSync('/proc/thread-self/schedstat', 'latin1').split(' ')[0]) / 1e6;
  } catch {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  }
}
