import type { Logger } from 'pino';
import { type AuditTrail, SYSTEM_TENANT } from '../../audit/audit-trail.js';
import type { Clock } from '../../ports/clock.js';
import type { ListenerName } from './syslog-arrival.js';
import type { MessageFate, SyslogObserver } from './syslog-observer.js';

export interface SyslogMetrics {
  countSyslogMessages(listener: ListenerName, fate: MessageFate, messages: number): void;
  countSyslogRefusal(listener: ListenerName): void;
  setSyslogConnections(listener: ListenerName, open: number): void;
}

export interface LoggedObserverParts {
  logger: Logger;
  metrics: SyslogMetrics;
  audit: Pick<AuditTrail, 'record'>;
  clock: Pick<Clock, 'monotonicMs'>;
}

/** How often one address that is refused is told of. */
const TELL_EVERY_MS = 3_600_000;
const MAX_TOLD = 10_000;

/** Counts what the listeners do, logs what goes wrong, and puts refused senders on record in the deployment's own log. */
export class LoggedSyslogObserver implements SyslogObserver {
  readonly #parts: LoggedObserverParts;
  /** When an address was told of last. */
  readonly #told = new Map<string, number>();

  constructor(parts: LoggedObserverParts) {
    this.#parts = parts;
  }

  count(listener: ListenerName, fate: MessageFate, messages: number): void {
    if (messages > 0) this.#parts.metrics.countSyslogMessages(listener, fate, messages);
  }

  connections(listener: ListenerName, open: number): void {
    this.#parts.metrics.setSyslogConnections(listener, open);
  }

  refused(listener: ListenerName, peer: string, reason: string): void {
    const { metrics, audit, logger } = this.#parts;
    metrics.countSyslogRefusal(listener);
    if (!this.#isDue(`${listener} ${peer}`)) return;
    logger.warn({ listener, peer, reason }, 'a sender of syslog was refused');
    const act = {
      tenant: SYSTEM_TENANT,
      action: 'access.refuse',
      operation: 'create',
      outcome: 'denied',
      principal: undefined,
      reason,
      metadata: { listener: `syslog-${listener}` },
      ...(peer === '' ? {} : { address: peer }),
    } as const;
    audit.record(act).catch((error: Error) => {
      logger.error({ error: error.message }, 'a refused sender of syslog was not recorded');
    });
  }

  trouble(listener: ListenerName, message: string, error: unknown): void {
    this.#parts.logger.error({ listener, error: (error as Error).message }, `syslog: ${message}`);
  }

  #isDue(name: string): boolean {
    const now = this.#parts.clock.monotonicMs();
    const last = this.#told.get(name);
    if (last !== undefined && now - last < TELL_EVERY_MS) return false;
    if (this.#told.size >= MAX_TOLD) this.#told.clear();
    this.#told.set(name, now);
    return true;
  }
}
