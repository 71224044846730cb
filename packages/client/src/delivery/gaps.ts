import type { EventDraft } from '../event-draft.js';
import type { DropReason } from './delivery.js';

/** Tenants whose losses are told apart; those of further ones go to the client's own tenant. */
const TENANTS_MAX = 100;

/** What was lost of one tenant's events, between its first and its last. */
export interface Gap {
  readonly tenant?: string | undefined;
  readonly first_ms: number;
  readonly last_ms: number;
  readonly reasons: Partial<Record<DropReason, number>>;
}

/** Counts lost events until they can be told, so that a hole in the log is seen in the log. */
export class Gaps {
  #gaps = new Map<string | undefined, Gap>();

  get isEmpty(): boolean {
    return this.#gaps.size === 0;
  }

  count(reason: DropReason, atMs: number, tenant?: string, events = 1): void {
    this.add({ tenant, first_ms: atMs, last_ms: atMs, reasons: { [reason]: events } });
  }

  /** Adds what somebody else has lost. */
  add(gap: Gap): void {
    const tenant = this.#gaps.has(gap.tenant) || this.#gaps.size < TENANTS_MAX ? gap.tenant : undefined;
    const known = this.#gaps.get(tenant);
    const reasons: Partial<Record<DropReason, number>> = { ...known?.reasons };
    for (const [reason, events] of Object.entries(gap.reasons) as [DropReason, number][]) {
      reasons[reason] = (reasons[reason] ?? 0) + events;
    }
    const first_ms = Math.min(gap.first_ms, known?.first_ms ?? gap.first_ms);
    const last_ms = Math.max(gap.last_ms, known?.last_ms ?? gap.last_ms);
    this.#gaps.set(tenant, { ...(tenant === undefined ? {} : { tenant }), first_ms, last_ms, reasons });
  }

  list(): Gap[] {
    return [...this.#gaps.values()];
  }

  /** Gives all and begins anew. */
  take(): Gap[] {
    const gaps = this.list();
    this.#gaps = new Map();
    return gaps;
  }
}

export function eventsOf(gap: Gap): number {
  return Object.values(gap.reasons).reduce((sum, events) => sum + events, 0);
}

/** The event that tells of a gap: how many, from when to when, and why. */
export function gapEvent(gap: Gap): EventDraft {
  const events = eventsOf(gap);
  const reasons = Object.keys(gap.reasons).join(', ');
  return {
    action: 'audit.gap',
    category: 'audit',
    outcome: 'failure',
    reason: reasons,
    severity: 'critical',
    message: `${events} ${events === 1 ? 'event is' : 'events are'} missing here: the client lost them (${reasons})`,
    metadata: {
      lost_events: events,
      first_lost: new Date(gap.first_ms).toISOString(),
      last_lost: new Date(gap.last_ms).toISOString(),
      reasons: { ...gap.reasons },
    },
  };
}
