import { Problem } from '../../errors.js';
import type { Clock } from '../../ports/clock.js';
import type { Progress } from '../../sequencer/progress.js';

export interface SettlementParts {
  progress: Pick<Progress, 'acknowledgedThrough' | 'waitFor'>;
  clock: Clock;
  /** How long another node may go on with a key after it was destroyed: until it hears of it. 0 where there is none. */
  graceMs: number;
  /** Resolves when everything that was being taken in by this process when it was called is in the journal. */
  intakeSettled: () => Promise<void>;
  timeoutMs: number;
}

/**
 * Waits until nothing sealed under a destroyed key can come into the store any more: until every node has heard of it,
 * and until what was accepted by then is sealed into its log.
 *
 * @throws Problem `seal-timeout`
 */
export async function settled(parts: SettlementParts): Promise<void> {
  const { progress, clock, graceMs, intakeSettled, timeoutMs } = parts;
  if (graceMs > 0) await clock.sleep(graceMs);
  await intakeSettled();
  const isSealed = await progress.waitFor(progress.acknowledgedThrough, AbortSignal.timeout(timeoutMs));
  if (!isSealed) throw new Problem('seal-timeout');
}
