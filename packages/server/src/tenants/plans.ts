import { readNumber } from '../quantity.js';

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
  /** Queries that run at once. These four are at most those of the deployment: see {@link queryAllowance}. */
  queriesAtOnce?: number;
  /** Seconds that one query may take in the store. */
  querySeconds?: number;
  /** Events that one query may look at. */
  queryRows?: number;
  /** Bytes of memory that one query may use in the store. */
  queryMemoryBytes?: number;
}

export type LimitName = keyof Limits;

/** Longest burst at the rate of the limit; a whole batch must fit into it, see {@link BURST_MIN_EVENTS}. */
export const BURST_SECONDS = 10;
export const BURST_MIN_EVENTS = 1000;

export const planNames = ['free', 'pro', 'enterprise', 'unlimited'] as const;
export type PlanName = (typeof planNames)[number];

export type Plans = Readonly<Record<PlanName, Limits>>;

/** `unlimited` is for deployments that sell nothing, and for tenants that came into being with their first event. */
export const UNLIMITED: Plans = { free: {}, pro: {}, enterprise: {}, unlimited: {} };

const WORDS: Readonly<Record<string, [LimitName, 'integer' | 'bytes']>> = {
  'events-per-day': ['eventsPerDay', 'integer'],
  'events-per-second': ['eventsPerSecond', 'integer'],
  storage: ['storageBytes', 'bytes'],
  request: ['requestBytes', 'bytes'],
  'retention-days': ['retentionDays', 'integer'],
  'archive-days': ['archiveDays', 'integer'],
  queries: ['queriesAtOnce', 'integer'],
  'query-seconds': ['querySeconds', 'integer'],
  'query-rows': ['queryRows', 'integer'],
  'query-memory': ['queryMemoryBytes', 'bytes'],
};

/** Reads limits as `events-per-day=100000,storage=10GiB`; or says in words what is wrong with the text. */
export function readLimits(text: string): Limits | string {
  const limits: Limits = {};
  for (const part of text.split(',').filter((each) => each.trim() !== '')) {
    const [word, value, ...rest] = part.split('=').map((each) => each.trim());
    const known = WORDS[word ?? ''];
    if (known === undefined) return `there is no limit "${word}"; there are ${Object.keys(WORDS).join(', ')}`;
    const [name, type] = known;
    const number = value === undefined || rest.length > 0 ? undefined : readNumber(type, value);
    if (number === undefined || number < 1) return `"${part.trim()}" must be ${word}=NUMBER, at least 1`;
    limits[name] = number;
  }
  return limits;
}

/** The limits of a plan, with those that the tenant has of its own in their place. */
export function limitsOf(plans: Plans, plan: PlanName, own: { [name in LimitName]?: number | undefined } = {}): Limits {
  const given = Object.entries(own).filter(([, value]) => value !== undefined);
  return { ...plans[plan], ...Object.fromEntries(given) };
}
