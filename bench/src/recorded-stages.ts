import type { Table } from './report.js';
import { percentile } from './stats.js';

/** Moments in milliseconds of one clock for all processes. */
export interface RecordedBatch {
  /** It holds the chunks after this one up to and including `through`. */
  after: number;
  through: number;
  taken: number;
  fixed: number;
  built: number;
  inserted: number;
  committed: number;
  published: number;
}

/** What `stage-recorder.ts` writes. */
export interface Recording {
  /** Of some chunks: those between were acknowledged before the next one of them. */
  acknowledged: [sequence: number, ms: number][];
  read: [sequence: number, ms: number][];
  batches: RecordedBatch[];
  matched: [index: number, sequence: number, ms: number][];
  written: [index: number, ms: number][];
}

/** An event that came to a client. */
export interface Arrival {
  index: number;
  ms: number;
}

/** The monotonic clock, which is the same for all processes of a machine. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint() / 1000n) / 1000;
}

/** Milliseconds from the acknowledgement of each event until it came to its client. */
export function delays(recording: Recording, arrivals: readonly Arrival[]): number[] {
  return paths(recording, arrivals).map((path) => path.at(-1)![1] - path[0]![1]);
}

/** Where the time of the events went that came to clients: between each two of the moments on their way. */
export function stageTable(title: string, recording: Recording, arrivals: readonly Arrival[]): Table {
  const spent = new Map<string, number[]>();
  let all = 0;
  for (const path of paths(recording, arrivals)) {
    for (let at = 1; at < path.length; at++) {
      const [[from, begun], [to, ended]] = [path[at - 1]!, path[at]!];
      const step = `${from} → ${to}`;
      const milliseconds = spent.get(step) ?? [];
      spent.set(step, milliseconds);
      milliseconds.push(ended - begun);
      all += ended - begun;
    }
  }
  const events = arrivals.length;
  return {
    title,
    columns: ['stage', 'mean ms', 'p50 ms', 'p95 ms', 'share %'],
    rows: [...spent].map(([step, milliseconds]) => {
      const sorted = Float64Array.from(milliseconds).sort();
      const sum = sorted.reduce((total, one) => total + one, 0);
      return [step, sum / events, percentile(sorted, 0.5), percentile(sorted, 0.95), (100 * sum) / all];
    }),
  };
}

/** The moments of each event on its way, in their order. */
function paths(recording: Recording, arrivals: readonly Arrival[]): [stage: string, ms: number][][] {
  const read = new Map(recording.read);
  const written = new Map(recording.written);
  const matched = new Map(recording.matched.map(([index, ...rest]) => [index, rest] as const));
  return arrivals.flatMap(({ index, ms }) => {
    const [sequence, matchedAt] = matched.get(index) ?? [];
    if (sequence === undefined) return [];
    const batch = firstFrom(recording.batches, sequence, ({ through }) => through);
    const acknowledged = firstFrom(recording.acknowledged, sequence, ([through]) => through);
    if (batch === undefined || batch.after >= sequence || acknowledged === undefined) return [];
    // What publishing does not wait for is not on the way.
    const isAwaited = batch.committed <= batch.published;
    const waited: [string, number][] = [
      ['built', batch.built],
      ['inserted', batch.inserted],
      ['committed', batch.committed],
    ];
    const moments: [string, number][] = [
      ['acknowledged', acknowledged[1]],
      ['read', read.get(sequence)!],
      ['taken', batch.taken],
      ['fixed', batch.fixed],
      ...(isAwaited ? waited : []),
      ['built and published', batch.published],
      ['matched', matchedAt!],
      ['written', written.get(index)!],
      ['received', ms],
    ];
    return [moments];
  });
}

/** The first of a sorted list whose key is not smaller. */
function firstFrom<T>(sorted: readonly T[], key: number, keyOf: (one: T) => number): T | undefined {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (keyOf(sorted[middle]!) < key) low = middle + 1;
    else high = middle;
  }
  return sorted[low];
}
