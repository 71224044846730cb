import { readFileSync } from 'node:fs';

export interface CpuCost {
  /** Median CPU time of one run, in milliseconds. */
  medianMs: number;
  samples: number;
}

/** The system counts CPU time in ticks of some milliseconds: each sample is many of them long. */
const SAMPLE_MS = 100;
const WARMUP_SHARE = 0.3;
const MIN_SAMPLES = 5;

/**
 * Runs a synchronous piece of work for about this long and gives the median of its CPU time. CPU time and not time on
 * the clock, since what else the machine does would be in that.
 */
export function measureCpu(run: () => unknown, milliseconds: number): CpuCost {
  sample(run, milliseconds * WARMUP_SHARE);
  const samples = Math.max(MIN_SAMPLES, Math.round(milliseconds / SAMPLE_MS));
  const times = Array.from({ length: samples }, () => sample(run, SAMPLE_MS)).sort((a, b) => a - b);
  return { medianMs: times[Math.floor(times.length / 2)]!, samples };
}

/** Mean CPU time of a run, in milliseconds, over this time on the clock. */
function sample(run: () => unknown, milliseconds: number): number {
  const end = performance.now() + milliseconds;
  const before = threadCpuMs();
  let runs = 0;
  while (performance.now() < end) {
    kept = run();
    runs += 1;
  }
  return (threadCpuMs() - before) / Math.max(1, runs);
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
