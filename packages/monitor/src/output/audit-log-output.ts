import type { AuditLog } from '@attestlog/client';
import { auditEventOf } from './audit-event.js';
import type { MonitorOutput } from './monitor-output.js';

const RETRY_MIN_DELAY_MS = 250;
const RETRY_MAX_DELAY_MS = 30_000;

export interface AuditLogOptions {
  /** Name of this machine, for `source.host`. */
  readonly host: string;
  readonly sleep: (ms: number) => Promise<void>;
  /** Told of what the log will never take: the identifier and the reason, without content. */
  readonly onRefused: (id: string, reason: string) => void;
}

/**
 * Writes to an audit log. What it drops, because a bound is met, is offered again until it is taken: a change is not lost for
 * as long as the file is there to be compared with what is known of it, so waiting costs nothing but time.
 */
export function auditLogOutput(log: AuditLog, { host, sleep, onRefused }: AuditLogOptions): MonitorOutput {
  return {
    write: async (entry) => {
      const event = auditEventOf(entry, host);
      for (let delayMs = RETRY_MIN_DELAY_MS; ; delayMs = Math.min(2 * delayMs, RETRY_MAX_DELAY_MS)) {
        const outcome = await log.log(event);
        if (outcome.state === 'refused') onRefused(outcome.id, outcome.reason ?? 'refused');
        if (outcome.state !== 'dropped') return;
        await sleep(delayMs);
      }
    },
  };
}
