import { type EventInput, formatNs, type LeaveOutReason, leaveOutReasons, nounOf } from '@attestlog/event';

/** An event that the policy left out. */
export interface LeftOut {
  reason: LeaveOutReason;
  action: string;
}

/** Nouns of actions for which sampled events are counted; those of all others are counted together. */
export const SAMPLED_NOUNS_MAX_ITEMS = 32;
/** No action has a noun of this form. */
export const OTHER_NOUNS = '(other)';

/** What was left out in one tenant in an hour or a part of one, as it lies in the registry. */
export interface UnrecordedPeriod {
  tenant: string;
  /** RFC 3339, UTC. */
  from: string;
  /** The end; absent while it goes on. */
  to?: string;
  /** The process ended without warning, and `to` is when it saved its counts for the last time. */
  cut_short?: true;
  /** When it was last saved. */
  saved_at: string;
  by_reason: Partial<Record<LeaveOutReason, number>>;
  /** Events that sampling left out, by the noun of their action. */
  sampled_out: Record<string, number>;
}

/** Counts of one tenant that go on. */
export class OpenPeriod {
  readonly #byReason = new Map<LeaveOutReason, number>();
  readonly #sampledOut = new Map<string, number>();

  add({ reason, action }: LeftOut): void {
    increment(this.#byReason, reason);
    if (reason !== 'sampling') return;
    const noun = nounOf(action);
    const isCounted = this.#sampledOut.has(noun) || this.#sampledOut.size < SAMPLED_NOUNS_MAX_ITEMS;
    increment(this.#sampledOut, isCounted ? noun : OTHER_NOUNS);
  }

  counts(): Pick<UnrecordedPeriod, 'by_reason' | 'sampled_out'> {
    const ordered = leaveOutReasons.filter((reason) => this.#byReason.has(reason));
    return {
      by_reason: Object.fromEntries(ordered.map((reason) => [reason, this.#byReason.get(reason)])),
      sampled_out: Object.fromEntries(this.#sampledOut),
    };
  }
}

/**
 * The event that tells a tenant of a gap in its log. A pure function of what lies in the registry, so that it is the
 * same event, a repeat and not a conflict, however often it is sent.
 *
 * @param period one that is closed; of one that was cut short, the counts are the least that was left out
 */
export function unrecordedEvent(id: string, node: string, period: UnrecordedPeriod & { to: string }): EventInput {
  const { to } = period;
  const complete = period.cut_short === undefined;
  const total = sum(period.by_reason);
  const reasons = Object.entries(period.by_reason).map(([reason, count]) => `${reason} ${count}`);
  return {
    id,
    time: to,
    action: 'intake.leave_out',
    category: 'audit',
    actor: { type: 'system', id: 'attestlog' },
    outcome: 'success',
    severity: 'notice',
    source: { service: 'attestlog', host: node },
    message: `${complete ? '' : 'At least '}${total} events were not recorded, by policy: ${reasons.join(', ')}.`,
    metadata: {
      from: period.from,
      to,
      total,
      complete,
      by_reason: { ...period.by_reason },
      ...(Object.keys(period.sampled_out).length === 0 ? {} : { sampled_out: { ...period.sampled_out } }),
    },
  };
}

export function sum(counts: Partial<Record<string, number>>): number {
  return Object.values(counts).reduce<number>((total, count) => total + (count ?? 0), 0);
}

function increment<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

export const HOUR_NS = 3_600_000_000_000n;

/** The end of a period that began at `fromNs` and is closed now: in its own hour, whatever the clock did since. */
export function endOf(fromNs: bigint, nowNs: bigint): string {
  const hourEndNs = (fromNs / HOUR_NS + 1n) * HOUR_NS;
  const endNs = nowNs < fromNs ? fromNs : nowNs > hourEndNs ? hourEndNs : nowNs;
  return formatNs(endNs);
}
