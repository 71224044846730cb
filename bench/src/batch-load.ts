import type { LoadJob, LoadResult, LoadSample } from './load.js';

/** Events in one batch over HTTP. */
export const BATCH_EVENTS = 1000;
const PREPARED_BATCHES = 100;
const CONNECTIONS = 8;
/** Keeps the journal short: what is acknowledged and not sealed yet. */
const MAX_UNSEALED_EVENTS = 250_000;

/** The load of the batch benches: as many batches as are taken, with a short backlog. */
export function batchJob(options: { port: number; key: string; seconds: number } & Partial<LoadJob>): LoadJob {
  return {
    kind: 'batch',
    eventsPerRequest: BATCH_EVENTS,
    requests: PREPARED_BATCHES,
    connections: CONNECTIONS,
    warmupSeconds: warmupFor(options.seconds),
    maxUnsealed: MAX_UNSEALED_EVENTS,
    seed: 1,
    ...options,
  };
}

/** How long to wait before measuring: caches are filled and code is compiled then. */
export function warmupFor(seconds: number): number {
  return Math.min(10, seconds / 4);
}

/** Events per second between two samples: the first after the warm-up, and the last. */
export function rateOf(
  { samples }: LoadResult,
  what: keyof Omit<LoadSample, 'atSeconds'>,
  warmupSeconds: number,
): number {
  const first = samples.find(({ atSeconds }) => atSeconds >= warmupSeconds);
  const last = samples.at(-1);
  if (first === undefined || last === undefined || last === first) return 0;
  return (last[what] - first[what]) / (last.atSeconds - first.atSeconds);
}

/** Events per second in each window of this length after the warm-up, for medians. */
export function windowRates(
  { samples }: LoadResult,
  what: keyof Omit<LoadSample, 'atSeconds'>,
  warmupSeconds: number,
  windowSeconds: number,
): number[] {
  const rates: number[] = [];
  let start = samples.find(({ atSeconds }) => atSeconds >= warmupSeconds);
  for (const sample of samples) {
    if (start === undefined || sample.atSeconds < start.atSeconds + windowSeconds) continue;
    rates.push((sample[what] - start[what]) / (sample.atSeconds - start.atSeconds));
    start = sample;
  }
  return rates;
}
