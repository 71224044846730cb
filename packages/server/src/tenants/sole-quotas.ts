import { from } from '../failures.js';
import type { Clock } from '../ports/clock.js';
import type { EventStore } from '../ports/store.js';
import type { Progress } from '../sequencer/progress.js';
import { readBarrier } from '../sequencer/read-barrier.js';
import { SoleDayCounter } from './day-counter.js';
import type { Plans } from './plans.js';
import { Quotas, type ThresholdCrossing, type Usage } from './quotas.js';

const LAST_DAY = 65_534;
/** How long the first request of a tenant waits for what was acknowledged before a restart to be sealed. */
const MAX_WAIT_MS = 30_000;

/** The quotas of a process that is the only one of its deployment: begins from what the log holds, and so is exact. */
export function soleQuotas(parts: {
  store: Pick<EventStore, 'usageByDay'>;
  progress: Progress;
  clock: Clock;
  plans: Plans;
  onThreshold: (crossing: ThresholdCrossing) => void;
}): Quotas {
  const usage = async (tenant: string, day: number): Promise<Usage> => {
    const { before } = await readBarrier(parts.progress, MAX_WAIT_MS);
    const days = await from('store', parts.store.usageByDay(tenant, 0, LAST_DAY, before));
    return {
      eventsToday: days.find((each) => each.day === day)?.events ?? 0,
      storageBytes: days.reduce((sum, { bytes }) => sum + bytes, 0),
    };
  };
  return new Quotas({ ...parts, usage, openDay: (_tenant, _day, limit, used) => new SoleDayCounter(limit, used) });
}
