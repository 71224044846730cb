import { FILLED_DAYS, RARE_WORD, RARE_WORDS } from './searched-events.js';

/** What is known of an event that is asked for. */
export interface SampledEvent {
  id: string;
  action: string;
  actor: { id: string; email: string };
  targets: readonly { id: string }[];
  session_id: string;
  trace_id: string;
  message: string;
}

/** What a query is made of. */
export interface Round {
  /** An event that was picked at random. */
  event: SampledEvent;
  number: number;
  /** A moment at random in the days that are filled, RFC 3339. */
  moment: string;
  /** Of the page 1,000; undefined for a rival, which goes on behind `event`. */
  cursor?: string;
}

export interface HttpQuery {
  path: string;
  /** Makes it a POST. */
  body?: unknown;
}

export interface SqlQuery {
  text: string;
  values: readonly unknown[];
}

export interface SearchQuery {
  what: string;
  /** Of p95, in milliseconds. */
  aimMs: number;
  /** What it needs in our store. */
  index: string;
  /** Undefined where there are too few events for it. */
  ours(round: Round): HttpQuery | undefined;
  rival(round: Round): SqlQuery;
}

export const PAGE = 100;
const LOOK_UP_MS = 20;
const PAGE_MS = 100;
const WHOLE_ENTRY_MS = 250;
const FILLED_MS = FILLED_DAYS * 86_400_000;

/** No noun of the actions has a character that means something in a pattern. */
const nounOf = ({ action }: SampledEvent) => action.split('.')[0] as string;
const rareWordOf = (number: number) => `${RARE_WORD}${number % RARE_WORDS}`;
const commonWordOf = ({ message }: SampledEvent) => (message.match(/[a-z]+/gi) ?? []).at(-1)?.toLowerCase() as string;
/** One amount in 1,000 is larger. */
const largeAmount = (number: number) => 49_950 + (number % 50) / 100;

/** The queries that the aims are about. A value differs from round to round, so that no answer is a remembered one. */
export const searchQueries: readonly SearchQuery[] = [
  {
    what: 'an event by its id',
    aimMs: LOOK_UP_MS,
    index: 'by_id (bloom filter)',
    ours: ({ event }) => ({ path: `/api/v1/events/${event.id}` }),
    rival: ({ event }) => one('id = $1', [event.id]),
  },
  {
    what: 'latest page',
    aimMs: LOOK_UP_MS,
    index: 'order of the table',
    ours: () => ({ path: `/api/v1/events?limit=${PAGE}` }),
    rival: () => page('true', []),
  },
  {
    what: 'a session',
    aimMs: LOOK_UP_MS,
    index: 'by_session (bloom filter)',
    ours: ({ event }) => search(`session:${event.session_id}`),
    rival: ({ event }) => page('session_id = $1', [event.session_id]),
  },
  {
    what: 'an actor, 1 of 5,000',
    aimMs: PAGE_MS,
    index: 'by_actor (bloom filter)',
    ours: ({ event }) => search(`actor:${event.actor.id}`),
    rival: ({ event }) => page('actor_id = $1', [event.actor.id]),
  },
  {
    what: 'a target',
    aimMs: PAGE_MS,
    index: 'by_target (bloom filter)',
    ours: ({ event }) => search(`target:${event.targets[0]!.id}`),
    rival: ({ event }) => page('target_id = $1', [event.targets[0]!.id]),
  },
  {
    what: 'action prefix, 1 in 10, up to a moment',
    aimMs: PAGE_MS,
    index: 'column action',
    ours: ({ event, moment }) => search(`action:${nounOf(event)}.*`, moment),
    rival: ({ event, moment }) => page("action LIKE $1 || '.%' AND time <= $2", [nounOf(event), moment]),
  },
  {
    what: 'number in metadata, 1 in 1,000',
    aimMs: PAGE_MS,
    index: 'columns metadata_keys, metadata_numbers',
    ours: ({ number }) => search(`metadata.amount:>${largeAmount(number)}`),
    rival: ({ number }) => page("(metadata->>'amount')::float8 > $1", [largeAmount(number)]),
  },
  {
    what: 'rare word of the message, 1 in 100,000',
    aimMs: PAGE_MS,
    index: 'by_message (bloom filter)',
    ours: ({ number }) => search(rareWordOf(number)),
    rival: ({ number }) => page(hasWord('message'), [rareWordOf(number)]),
  },
  {
    what: 'common word of the message, 1 in 15',
    aimMs: PAGE_MS,
    index: 'by_message (bloom filter)',
    ours: ({ event, moment }) => search(commonWordOf(event), moment),
    rival: ({ event, moment }) => page(`${hasWord('message')} AND time <= $2`, [commonWordOf(event), moment]),
  },
  {
    what: 'word anywhere in the entry, of one event',
    aimMs: WHOLE_ENTRY_MS,
    index: 'by_word (bloom filter)',
    ours: ({ event }) => search(`any:${event.trace_id}`),
    rival: ({ event }) => page(hasWord('entry'), [event.trace_id]),
  },
  {
    what: 'counts by hour, 30 days',
    aimMs: PAGE_MS,
    index: 'order of the table',
    ours: () => aggregate({ bucket: { every: 'hour' }, measures: ['count'], ...lastDays() }),
    rival: () => ({
      text: "SELECT date_trunc('hour', time) AS hour, count(*) FROM events WHERE tenant_id = 'searched' AND time >= $1 GROUP BY 1 ORDER BY 1",
      values: [lastDays().from],
    }),
  },
  {
    what: 'top 20 actors',
    aimMs: PAGE_MS,
    index: 'column actor_id',
    ours: () =>
      aggregate({
        group_by: ['actor.id'],
        measures: ['count'],
        order: { by: 'count', direction: 'desc' },
        limit: 20,
        ...lastDays(),
      }),
    rival: () => ({
      text: "SELECT actor_id, count(*) FROM events WHERE tenant_id = 'searched' AND time >= $1 GROUP BY 1 ORDER BY 2 DESC LIMIT 20",
      values: [lastDays().from],
    }),
  },
  {
    what: 'page 1,000',
    aimMs: PAGE_MS,
    index: 'order of the table',
    ours: ({ cursor }) =>
      cursor === undefined ? undefined : { path: `/api/v1/events?limit=${PAGE}&cursor=${cursor}` },
    rival: ({ event, moment }) => page('(time, id) < ($1, $2)', [moment, event.id]),
  },
];

/** The beginning moves, so that no answer is a remembered one. */
function lastDays(): { from: string } {
  return { from: new Date(Date.now() - FILLED_MS).toISOString() };
}

function search(q: string, to?: string): HttpQuery {
  const parameters = new URLSearchParams({ q, limit: String(PAGE), ...(to === undefined ? {} : { to }) });
  return { path: `/api/v1/events?${parameters}` };
}

function aggregate(body: unknown): HttpQuery {
  return { path: '/api/v1/events/aggregate', body };
}

function hasWord(column: string): string {
  return `to_tsvector('simple', ${column}) @@ plainto_tsquery('simple', $1)`;
}

function one(condition: string, values: readonly unknown[]): SqlQuery {
  return { text: `SELECT entry FROM events WHERE tenant_id = 'searched' AND ${condition}`, values };
}

function page(condition: string, values: readonly unknown[]): SqlQuery {
  const text = `SELECT entry FROM events WHERE tenant_id = 'searched' AND ${condition} ORDER BY time DESC, id DESC LIMIT ${PAGE}`;
  return { text, values };
}
