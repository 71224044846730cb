import { allOf, anyOf, type Filter, filterBounds, formatNs } from '@attestlog/event';
import type { Having, Reading } from '@attestlog/questions';
import { Problem } from '../../errors.js';
import type { Measure } from '../../ports/aggregation.js';
import type { ReadOptions } from '../../ports/read-options.js';
import type { Reader } from '../event-reader.js';
import { AGGREGATE_CLOSEST_MAX_EVENTS, AGGREGATE_CLOSEST_MAX_VALUES } from './aggregate-bounds.js';
import type { AggregateBound, AggregateQuery, AggregateResult, AggregateResultRow } from './aggregate-query.js';
import type { Aggregator } from './aggregator.js';
import { bucketStarts } from './bucket-starts.js';
import { canonicalField } from './measure-name.js';

/** What a question that asks for more than events comes to. */
export interface QuestionAnswer {
  /** Groups and their measures; absent: only events were asked for. */
  answer?: Pick<AggregateResult, 'rows' | 'truncated'>;
  /** The events that it rests on: those of the reading, and where it has a threshold those of the groups that pass it. */
  evidence: Filter;
  /** What of the question could not be computed, for people. */
  notApplied?: string;
}

const TIME_UNITS = new Set(['minute', 'hour', 'day', 'week', 'month', 'quarter', 'year']);
const COUNT: Measure = { kind: 'count' };
const FIRST: Measure = { kind: 'min', field: 'time' };
const LAST: Measure = { kind: 'max', field: 'time' };
/** Values and stretches of time that evidence is narrowed to; a filter has its bounds. */
const EVIDENCE_MAX_VALUES = 100;
const EVIDENCE_MAX_CHARS = filterBounds.FILTER_MAX_CHARS / 4;

/**
 * Counts what a question asks to be counted: how many, per what, the most frequent, and which pass a threshold.
 *
 * What would need the values of a sealed field is not applied, and the reason said.
 *
 * @throws Problem what {@link Aggregator.run} throws
 */
export async function answerQuestion(
  aggregates: Aggregator,
  tenant: string,
  { reading, timeZone }: { reading: Reading; timeZone: string },
  reader: Reader,
  options?: ReadOptions,
): Promise<QuestionAnswer> {
  const { filter, having } = reading;
  const bounded = having === undefined ? { having: [] } : boundsOf(having);
  const isCounted = having !== undefined || reading.per !== undefined || isOfNumbers(reading);
  if (!isCounted) return { evidence: filter };
  const per = having?.per ?? reading.per;
  const query = queryOf(reading, per, timeZone, bounded.having);
  const counted = await aggregates.run(tenant, query, reader, options).catch(unlessSealed);
  if (typeof counted === 'string') return { evidence: filter, notApplied: counted };
  const answer = { rows: counted.rows, truncated: counted.truncated };
  if (having === undefined) return { answer, evidence: filter };
  if (bounded.notApplied !== undefined) return { answer, evidence: filter, notApplied: bounded.notApplied };
  return { answer, evidence: allOf(filter, evidenceOf(counted.rows, per, timeZone)) };
}

/** The reason, where a sealed field is one; what the filter asks of sealed fields is refused when its events are read. */
function unlessSealed(error: unknown): string {
  if (error instanceof Problem && error.code === 'sealed-field') return error.detail ?? error.message;
  throw error;
}

function isOfNumbers({ intent }: Reading): boolean {
  return intent === 'count' || intent === 'when' || intent === 'top';
}

function queryOf(
  { filter, from, to, intent, limit }: Reading,
  per: string | undefined,
  timeZone: string,
  having: AggregateBound[],
): AggregateQuery {
  const counted = having.map(({ measure }) => measure);
  const which = { from, to, timeZone, having };
  if (per === undefined) {
    const measures = intent === 'when' ? [COUNT, FIRST, LAST] : [COUNT];
    return { ...which, filter, measures: [...measures, ...counted] };
  }
  if (TIME_UNITS.has(per)) {
    return { ...which, filter, every: per, measures: [COUNT, ...counted], fill: having.length === 0 };
  }
  // Whoever asks who it was does not ask for events of nobody.
  const field = canonicalField(per);
  return {
    ...which,
    filter: intent === 'count' ? filter : allOf(filter, { op: 'exists', field }),
    groupBy: [field],
    measures: [COUNT, FIRST, LAST, ...counted],
    order: orderOf(intent),
    ...(intent === 'top' && limit !== undefined ? { limit } : {}),
  };
}

function orderOf(intent: Reading['intent']): AggregateQuery['order'] {
  if (intent === 'first') return { measure: FIRST, descending: false };
  return { measure: intent === 'last' ? LAST : COUNT, descending: true };
}

/** So many events within a stretch of time means that the closest of them lie in one that is no longer. */
function boundsOf({ count, of, withinSeconds }: Having): { having: AggregateBound[]; notApplied?: string } {
  if (withinSeconds === undefined) {
    const measure: Measure = of === undefined ? COUNT : { kind: 'distinct', field: canonicalField(of) };
    return { having: [{ measure, ...count }] };
  }
  const least = count.gte ?? (count.gt === undefined ? undefined : Math.floor(count.gt) + 1);
  if (least === undefined || count.lt !== undefined || count.lte !== undefined || count.eq !== undefined) {
    return { having: [], notApplied: 'Within a stretch of time only "more than" and "at least" are counted.' };
  }
  const most = of === undefined ? AGGREGATE_CLOSEST_MAX_EVENTS : AGGREGATE_CLOSEST_MAX_VALUES;
  if (least > most) {
    const what = of === undefined ? 'events' : 'different values';
    return { having: [], notApplied: `Within a stretch of time at most ${most} ${what} are counted.` };
  }
  // One event, or one value, lies in any stretch of time.
  if (least <= 1) return boundsOf({ count: { gte: 1 }, ...(of === undefined ? {} : { of }) });
  // In nanoseconds, as times between times are.
  return { having: [{ measure: closest(Math.ceil(least), of), lte: withinSeconds * 1e9 }] };
}

function closest(least: number, of: string | undefined): Measure {
  if (of === undefined) return { kind: 'closest', events: least };
  return { kind: 'closest-values', field: canonicalField(of), values: least };
}

/** The events of these groups, as many of them as fit into a filter. */
function evidenceOf(rows: readonly AggregateResultRow[], per: string | undefined, timeZone: string): Filter {
  if (rows.length === 0) return { op: 'never' };
  if (per === undefined) return { op: 'always' };
  if (TIME_UNITS.has(per)) {
    return anyOf(...rows.slice(0, EVIDENCE_MAX_VALUES).map(({ bucket }) => stretch(bucket as string, per, timeZone)));
  }
  const field = canonicalField(per);
  const values: string[] = [];
  let chars = 0;
  for (const { group } of rows) {
    const value = group[field];
    chars += value?.length ?? 0;
    if (values.length === EVIDENCE_MAX_VALUES || chars > EVIDENCE_MAX_CHARS) break;
    if (value !== null && value !== undefined) values.push(value);
  }
  return values.length === 0 ? { op: 'never' } : { op: 'is', field, values };
}

function stretch(bucket: string, every: string, timeZone: string): Filter {
  const fromNs = BigInt(Date.parse(bucket)) * 1_000_000n;
  // The next one begins in less than two years, whatever the unit.
  const later = fromNs + 2n * NS_PER_UNIT_MAX[every]!;
  const next = bucketStarts(every, { fromNs, toNs: later, timeZone }, 10)?.[1];
  const lt = next === undefined ? later : BigInt(next) * 1_000_000n;
  return { op: 'range', field: 'time', gte: formatNs(fromNs), lt: formatNs(lt) };
}

const NS_PER_HOUR = 3_600_000_000_000n;
/** The longest that a unit can be, roughly. */
const NS_PER_UNIT_MAX: Record<string, bigint> = {
  minute: 60_000_000_000n,
  hour: NS_PER_HOUR,
  day: 26n * NS_PER_HOUR,
  week: 170n * NS_PER_HOUR,
  month: 746n * NS_PER_HOUR,
  quarter: 2_220n * NS_PER_HOUR,
  year: 8_790n * NS_PER_HOUR,
};
