import { Problem } from '../../errors.js';
import type { Intake } from '../../intake/intake.js';
import type { Clock } from '../../ports/clock.js';
import { type Arrived, type Recorded, recordAlways } from '../record-always.js';
import type { ListenerName } from './syslog-arrival.js';
import type { SyslogObserver } from './syslog-observer.js';

export interface DeliveryParts {
  intake: Pick<Intake, 'accept'>;
  clock: Clock;
  observer: SyslogObserver;
}

/** `refused`: the tenant takes nothing any more. `stopped`: it was not recorded when the waiting ended. */
export type DeliveryResult = 'recorded' | 'refused' | 'stopped';

const FIRST_WAIT_MS = 50;
const MAX_WAIT_MS = 5000;

/** What no repetition mends. */
const FINAL: ReadonlySet<string> = new Set(['tenant-suspended', 'tenant-gone', 'tenant-unknown', 'tenant-invalid']);

/**
 * Records messages, and tries again until it succeeds, since their sender would not: while it waits, the caller reads no
 * more. The messages have ids, so an attempt that was applied after all makes no second ones.
 */
export async function deliver(
  listener: ListenerName,
  tenant: string,
  arrived: readonly Arrived[],
  { intake, clock, observer }: DeliveryParts,
  signal: AbortSignal,
): Promise<DeliveryResult> {
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(2 * waitMs, MAX_WAIT_MS)) {
    try {
      count(listener, await recordAlways(tenant, 'syslog', arrived, intake), observer);
      return 'recorded';
    } catch (error) {
      if (error instanceof Problem && FINAL.has(error.code)) {
        observer.count(listener, 'lost', arrived.length);
        observer.trouble(listener, `messages for ${tenant} are not recorded`, error);
        return 'refused';
      }
      if (waitMs === FIRST_WAIT_MS) observer.trouble(listener, 'recording messages failed; it is tried again', error);
      if (!signal.aborted) await clock.sleep(waitMs, signal);
      if (!signal.aborted) continue;
      observer.count(listener, 'lost', arrived.length);
      return 'stopped';
    }
  }
}

function count(listener: ListenerName, { results, unmapped }: Recorded, observer: SyslogObserver): void {
  const of = (status: string) => results.filter((result) => result.status === status).length;
  observer.count(listener, 'recorded', of('stored') - Math.min(unmapped, of('stored')));
  observer.count(listener, 'duplicate', of('duplicate'));
  observer.count(listener, 'left_out', of('left_out'));
  observer.count(listener, 'unmapped', unmapped);
  observer.count(listener, 'lost', of('refused') + of('conflict'));
}
