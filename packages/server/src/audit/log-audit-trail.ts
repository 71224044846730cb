import { type EventInput, formatNs, SERVER_ID_PREFIX } from '@attestlog/event';
import { Problem } from '../errors.js';
import type { Intake } from '../intake/intake.js';
import type { Clock } from '../ports/clock.js';
import { actEvent, readEvent, type Tally, tallyEvent } from './audit-event.js';
import type { AuditedAct, AuditedRead, AuditTrail } from './audit-trail.js';
import { Sessions } from './sessions.js';

/** How a tenant wants reads to be recorded: an event for the begin and the end of a session of reads, or each read. */
export type ReadAuditing = 'sessions' | 'each';

export interface LogAuditTrailParts {
  /** The way of every event into a log; those of this trail pass the tenant's policy and quotas by. */
  intake: Pick<Intake, 'acceptOwn'>;
  clock: Clock;
  /** Makes an id, the same never twice. */
  newId: () => string;
  readAuditing: (tenant: string) => ReadAuditing;
  /** Told when the sum of a session cannot be written; it is tried again with the next sweep. */
  onFailure: (error: unknown) => void;
}

const SECOND_NS = 1_000_000_000n;
const LIMITS = { maxSessions: 10_000, idleNs: 60n * SECOND_NS, maxNs: 900n * SECOND_NS };
/** Sums that wait for being written again, at most; beyond it they are lost, and it is said how many. */
const MAX_WAITING = 10_000;

interface Waiting {
  tenant: string;
  event: EventInput;
}

/**
 * Writes the trail into the tenants' logs.
 *
 * What is repeated makes a session: its first event is written before the answer goes out, so that no crash can hide
 * that somebody read; the others are counted, and the count is written when the session ends. Refused accesses are
 * counted in the same way, so that an attacker cannot fill a log with refusals.
 */
export class LogAuditTrail implements AuditTrail {
  readonly #parts: LogAuditTrailParts;
  readonly #sessions = new Sessions<Waiting>(LIMITS);
  /** First events that are being written: whoever comes second waits for them too. */
  readonly #beginning = new Map<string, Promise<void>>();
  #waiting: Waiting[] = [];
  #lost = 0;

  constructor(parts: LogAuditTrailParts) {
    this.#parts = parts;
  }

  /** Sums that were lost because writing failed for too long. */
  get lost(): number {
    return this.#lost;
  }

  record(act: AuditedAct): Promise<void> {
    const event = () => actEvent(this.#id(), act);
    if (act.outcome !== 'denied') return this.#write(act.tenant, event());
    const { tenant, action, principal, address, reason } = act;
    const key = JSON.stringify([tenant, action, principal?.id, address, reason]);
    return this.#repeated(key, tenant, 0, event) ?? Promise.resolve();
  }

  read(read: AuditedRead): Promise<void> | undefined {
    const { tenant, action, principal, address, events } = read;
    if (this.#parts.readAuditing(tenant) === 'each') return this.#write(tenant, readEvent(this.#id(), read));
    const key = JSON.stringify([tenant, action, principal.id, address]);
    return this.#repeated(key, tenant, events, (session) => readEvent(this.#id(), read, { session }));
  }

  /** Writes the sums of the sessions that are over, or of all of them. Never rejects. */
  async sweep(all = false): Promise<void> {
    this.#sumUp(this.#sessions.end(this.#parts.clock.nowNs(), all));
    const due = this.#waiting;
    this.#waiting = [];
    for (const [place, { tenant, event }] of due.entries()) {
      try {
        await this.#write(tenant, event);
      } catch (error) {
        this.#parts.onFailure(error);
        this.#wait(...due.slice(place));
        return;
      }
    }
  }

  /** Sweeps every few seconds until the signal is aborted, and once more, whole. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#parts.clock.sleep(5000, signal);
      await this.sweep(signal.aborted);
    }
  }

  #repeated(
    key: string,
    tenant: string,
    events: number,
    make: (session: string) => EventInput,
  ): Promise<void> | undefined {
    const nowNs = this.#parts.clock.nowNs();
    if (this.#sessions.count(key, events, nowNs)) return this.#beginning.get(key);
    const session = this.#parts.newId();
    const event = make(session);
    this.#sumUp(this.#sessions.begin(key, session, { tenant, event }, events, nowNs));
    const written = this.#write(tenant, event)
      .catch((error: unknown) => {
        // Nobody may count on an event that is not there: the next one begins again.
        this.#sessions.forget(key);
        throw error;
      })
      .finally(() => this.#beginning.delete(key));
    this.#beginning.set(key, written);
    return written;
  }

  #sumUp(ended: readonly (Tally & { first: Waiting })[]): void {
    this.#wait(
      ...ended.map(({ first, ...tally }) => ({
        tenant: first.tenant,
        event: tallyEvent(this.#id(), first.event, tally, formatNs),
      })),
    );
  }

  #wait(...events: readonly Waiting[]): void {
    const room = MAX_WAITING - this.#waiting.length;
    this.#waiting.push(...events.slice(0, room));
    this.#lost += Math.max(0, events.length - room);
  }

  async #write(tenant: string, event: EventInput): Promise<void> {
    const { results } = await this.#parts.intake.acceptOwn(tenant, [event]);
    const status = results[0]?.status;
    if (status !== 'stored' && status !== 'duplicate') {
      throw new Problem('internal', { cause: new Error(`an event of the audit trail was ${status}`) });
    }
  }

  #id(): string {
    return `${SERVER_ID_PREFIX}${this.#parts.newId()}`;
  }
}
