import type { Position } from '../ports/store.js';
import type { Progress } from './progress.js';

export interface Horizon {
  /** Entries below this position are readable. */
  before: Position;
  /** Chunks of the journal that were acknowledged before the read and are not readable yet; 0 but under overload. */
  behind: number;
}

/**
 * Makes a read see every write that was acknowledged before it, by waiting, at most `maxWaitMs`, until the journal is
 * sealed that far. Whoever reads past the bound is told how far behind the answer is.
 */
export async function readBarrier(progress: Progress, maxWaitMs: number): Promise<Horizon> {
  const target = progress.acknowledgedThrough;
  if (maxWaitMs > 0) await progress.waitFor(target, AbortSignal.timeout(maxWaitMs));
  return { before: progress.sealedBefore, behind: Math.max(0, target - progress.sealedThrough) };
}
