import { Problem } from '../../errors.js';
import type { Clock } from '../../ports/clock.js';
import type { Progress } from '../../sequencer/progress.js';

export interface SettlementParts {
  progress: Pick<Progress, 'acknowledgedThrough' | 'waitFor'>;
  clock: Clock;
  /** How long a node may go on with a key after it was destroyed: until it hears of it, and what it seals is written. */
  graceMs: number;
  timeoutMs: number;
}

/**
 * Waits until nothing sealed under a destroyed key can come into the store any more: until every node has heard of it,
 * and until what was accepted by then is sealed into its log.
 *
 * @throws Problem `seal-timeout`
 */
export async function settled({ progress, clock, graceMs, timeoutMs }: SettlementParts): Promise<void> {
  await clock.sleep(graceMs);
  const isSealed = await progress.waitFor(progress.acknowledgedThrough, AbortSignal.timeout(timeoutMs));
  if (!isSealed) throw new Problem('seal-timeout');
}
