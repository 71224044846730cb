/** What a tenant may use. Absent: without limit. */
export interface Limits {
  /** Events that may be recorded in a day (UTC). */
  eventsPerDay?: number;
  /** Bytes of entries that may be kept. */
  storageBytes?: number;
  /** Events a second in the long run; a burst of {@link BURST_SECONDS} of them may come at once. */
  eventsPerSecond?: number;
  /** Bytes of one request's body. */
  requestBytes?: number;
  /** Days for which events are kept where nothing else is said. */
  retentionDays?: number;
  /** Days after which what is kept lies in the archive. */
  archiveDays?: number;
}

export type LimitName = keyof Limits;

/** Longest burst at the rate of the limit; a whole batch must fit into it, see {@link BURST_MIN_EVENTS}. */
export const BURST_SECONDS = 10;
export const BURST_MIN_EVENTS = 1000;

export const planNames = ['free', 'pro', 'enterprise', 'unlimited'] as const;
export type PlanName = (typeof planNames)[number];

export type Plans = Readonly<Record<PlanName, Limits>>;

const GIB = 1024 ** 3;
const MIB = 1024 ** 2;

/** `unlimited` is for deployments that sell nothing, and for tenants that came into being with their first event. */
export const defaultPlans: Plans = {
  free: {
    eventsPerDay: 100_000,
    storageBytes: 10 * GIB,
    eventsPerSecond: 100,
    requestBytes: 4 * MIB,
    retentionDays: 90,
    archiveDays: 730,
  },
  pro: {
    eventsPerDay: 1_000_000,
    storageBytes: 100 * GIB,
    eventsPerSecond: 1000,
    requestBytes: 16 * MIB,
    retentionDays: 365,
    archiveDays: 730,
  },
  enterprise: {
    eventsPerDay: 10_000_000,
    storageBytes: 1000 * GIB,
    eventsPerSecond: 10_000,
    requestBytes: 32 * MIB,
    retentionDays: 730,
    archiveDays: 2555,
  },
  unlimited: {},
};

/** The limits of a plan, with those that the tenant has of its own in their place. */
export function limitsOf(plans: Plans, plan: PlanName, own: Limits = {}): Limits {
  return { ...plans[plan], ...own };
}
