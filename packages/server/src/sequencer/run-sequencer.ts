import type { Clock } from '../ports/clock.js';
import { isPortFailure } from '../ports/failure.js';
import type { Journal } from '../ports/journal.js';
import type { Progress } from './progress.js';
import type { SealedBatchSummary, Sequencer } from './sequencer.js';

export interface SequencerLoop {
  sequencer: Pick<Sequencer, 'sealNext' | 'whenFull'>;
  journal: Journal;
  progress: Progress;
  clock: Clock;
  /** How long events may gather now, as so long has passed since the begin of the last batch: Infinity before the first. */
  lingerMs: (sinceBatchMs: number) => number;
  onBatch: (summary: SealedBatchSummary, seconds: number) => void;
  onFailure: (error: unknown, final: boolean) => void;
  /** The loop works again after failures. */
  onRecovery: () => void;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Seals batch after batch until the signal is aborted; the batch under way is finished then. A failure is taken up
 * again after a pause that doubles. Damaged data stops the loop for good: going on could only make it worse.
 */
export async function runSequencer(loop: SequencerLoop, signal: AbortSignal): Promise<void> {
  const { sequencer, journal, progress, clock } = loop;
  let pauseMs = 0;
  let lastBatchMs = Number.NEGATIVE_INFINITY;
  while (!signal.aborted) {
    try {
      const begun = clock.monotonicMs();
      const summary = await sequencer.sealNext();
      if (pauseMs > 0) loop.onRecovery();
      pauseMs = 0;
      if (summary === undefined) await journal.waitForChunk(progress.sealedThrough, signal);
      else {
        lastBatchMs = begun;
        loop.onBatch(summary, (clock.monotonicMs() - begun) / 1000);
      }
      await linger(loop, loop.lingerMs(clock.monotonicMs() - lastBatchMs), signal);
    } catch (error) {
      const final = isPortFailure(error, 'corrupt');
      loop.onFailure(error, final);
      if (final) return;
      pauseMs = Math.min(Math.max(pauseMs * 2, FIRST_PAUSE_MS), LONGEST_PAUSE_MS);
      await clock.sleep(pauseMs, signal);
    }
  }
}

/**
 * Lets events gather, since an insert costs the same for few as for many: until they are a full batch, and at most for
 * the linger. But nobody is kept waiting for it.
 */
async function linger(
  { sequencer, progress, clock }: SequencerLoop,
  maxMs: number,
  signal: AbortSignal,
): Promise<void> {
  if (maxMs === 0 || progress.awaited) return;
  const woken = new AbortController();
  const wake = () => woken.abort();
  progress.onHurry(wake);
  sequencer.whenFull(wake);
  // Not AbortSignal.any: the long-lived signal would keep a trace of every pause there ever was.
  signal.addEventListener('abort', wake, { once: true });
  if (!signal.aborted) await clock.sleep(maxMs, woken.signal);
  signal.removeEventListener('abort', wake);
}
