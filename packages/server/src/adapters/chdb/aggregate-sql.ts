import { knownField } from '@attestlog/event';
import type { Aggregation, Measure, MeasureBound } from '../../ports/aggregation.js';
import { type BucketSql, bucketSql } from './bucket-sql.js';
import { countedRowsSql, countsFor } from './counted-rows.js';
import { textsSql } from './field-values-sql.js';
import { FilterParameters } from './filter-parameters.js';
import { type MeasureSql, measureSql, type PlainMeasure } from './measure-sql.js';
import type { Parameters } from './parameters.js';
import { selectionSql } from './selection-sql.js';

/** A measure with its place among those that are asked for. */
export interface PlacedMeasure extends MeasureSql {
  readonly place: number;
}

/** A query about all groups, and the same about those that are left when they are bounded and cut, which costs more. */
export interface GroupsSql {
  readonly all: string;
  readonly kept: string;
}

/** The most frequent values of a field, with the measure's place among those that are asked for. */
export interface PlacedTop extends GroupsSql {
  readonly place: number;
}

/** The queries of one aggregation. Where time divides the events, a row has the stretch behind the values. */
export interface AggregateSql {
  readonly parameters: Parameters;
  /** Groups in their order, one more than asked for: their values, then for each measure whether it is known, and it. */
  readonly groups: string;
  /** The same for each stretch of time of these groups; absent: time does not divide them. */
  readonly series: GroupsSql | undefined;
  readonly measures: readonly PlacedMeasure[];
  readonly bucket: BucketSql | undefined;
  /** Values, stretch, list. */
  readonly tops: readonly PlacedTop[];
}

/**
 * An aggregation as ClickHouse SQL: what is taken of each row in a subquery, what is made of it around that. Whatever a
 * client gave is a parameter; the text follows from the kinds of measures, the types of fields and their numbers alone.
 */
export function aggregateSql(query: Aggregation): AggregateSql {
  const text = new AggregateText(query);
  const tops = query.measures.flatMap((measure, place) =>
    measure.kind === 'top' ? [{ place, ...text.top(measure.field, measure.k) }] : [],
  );
  const groups = text.groups(query.limit + 1);
  const series = query.bucketStartsNs === undefined ? undefined : text.series();
  return { groups, series, tops, bucket: text.bucket, measures: text.measures, parameters: text.parameters };
}

/** What is counted: events, or counts of events. */
interface Source {
  /** For a FROM, with the conditions on what is counted. */
  readonly sql: string;
  readonly isCounts: boolean;
  /** How many events there are in a group. */
  readonly count: string;
}

class AggregateText {
  readonly measures: readonly PlacedMeasure[];
  readonly #query: Aggregation;
  readonly #own = new FilterParameters('a');
  readonly #ofSelection: Parameters;
  readonly #conditions: string;
  /** Names of the values of a group, and how they are taken. */
  readonly #keys: readonly { readonly name: string; readonly taken: string }[];
  readonly bucket: BucketSql | undefined;
  /** For groups and their stretches of time. */
  readonly #source: Source;
  /** The condition on rows of groups that are in the answer; undefined: all are. */
  readonly #isKept: string | undefined;

  constructor(query: Aggregation) {
    this.#query = query;
    const { bounds, filters, parameters } = selectionSql(query);
    this.#ofSelection = parameters;
    this.#conditions = [...bounds, ...filters].join('\n  AND ');
    this.#keys = query.groupBy.map((name, place) => ({ name: `g${place}`, taken: this.#eachOf(name) }));
    this.measures = query.measures.flatMap((measure, place) =>
      isPlain(measure) ? [{ place, ...measureSql(measure, `x${place}`, this.#own) }] : [],
    );
    const areCounts = this.measures.every(({ ofCounts }) => ofCounts !== undefined);
    this.#source = this.#sourceOf(
      query.measures.flatMap((measure) => fieldOf(measure)),
      areCounts,
    );
    const { bucketStartsNs } = query;
    this.bucket = bucketStartsNs === undefined ? undefined : bucketSql(bucketStartsNs, this.#own);
    this.#isKept = this.#kept();
  }

  get parameters(): Parameters {
    return { ...this.#ofSelection, ...this.#own.values };
  }

  groups(limit: number): string {
    return this.#ranked([...this.#texts(), ...this.#values(), this.#atLeastOne()], limit);
  }

  series(): GroupsSql {
    const selected = [...this.#texts(), 'b', ...this.#values(), this.#atLeastOne()].join(', ');
    const select = `SELECT ${selected} FROM ${this.#rows(this.#source, [...this.#inputs(), `${this.bucket?.sql} AS b`])}`;
    const of = (isKept?: string) =>
      lines(select, whereAll(isKept), groupBy([...this.#names(), 'b']), havingEvents(this.#source), 'ORDER BY b');
    return { all: of(), kept: of(this.#isKept) };
  }

  /** Values are counted first: to gather the counts of all values of a group in one state takes ten times as long. */
  top(field: string, count: number): GroupsSql {
    const { sql, isArray } = textsSql(knownField(field), this.#own);
    const bucket = this.bucket === undefined ? [] : ['b'];
    const names = [...this.#names(), ...bucket];
    const taken = [
      `${isArray ? `arrayJoin(${sql})` : sql} AS v`,
      ...bucket.map((name) => `${this.bucket?.sql} AS ${name}`),
    ];
    const source = this.#sourceOf([field], true);
    const select = `SELECT ${[...names, 'v', `toInt64(${source.count}) AS c`].join(', ')} FROM ${this.#rows(source, taken)}`;
    const list = `groupArraySorted(${this.#own.count(count)})((-c, toString(v)))`;
    const listed = `SELECT ${[...this.#texts(), ...bucket, list].join(', ')} FROM`;
    const of = (isKept?: string) => {
      const counted = lines(select, whereAll(`v != ''`, isKept), groupBy([...names, 'v']), havingEvents(source));
      return lines(`${listed} (${counted})`, groupBy(names));
    };
    return { all: of(), kept: of(this.#isKept) };
  }

  #ranked(selected: readonly string[], limit: number): string {
    const isOne = this.#keys.length === 0;
    return lines(
      `SELECT ${selected.join(', ')} FROM ${this.#rows(this.#source, this.#inputs())}`,
      groupBy(this.#names()),
      having(this.#query.having, this.#own, isOne ? undefined : eventsOf(this.#source)),
      isOne ? undefined : `ORDER BY ${this.#order()} LIMIT ${this.#own.count(limit)}`,
    );
  }

  #kept(): string | undefined {
    const { having, limit } = this.#query;
    const names = this.#names();
    if (names.length > 0) {
      const ranked = this.#ranked([...names, ...this.#values()], limit);
      return `(${names.join(', ')}) IN (SELECT ${names.join(', ')} FROM (${ranked}))`;
    }
    if (having.length === 0) return undefined;
    return `(SELECT count() FROM (${this.#ranked(this.#values(), limit)})) > 0`;
  }

  #rows({ sql, isCounts }: Source, more: readonly string[]): string {
    const keys = this.#keys.map(({ name, taken }) => `${taken} AS ${name}`);
    const taken = [...keys, ...more, ...(isCounts ? ['events', 'bytes'] : [])];
    return `(SELECT ${taken.length === 0 ? '1' : taken.join(', ')} FROM ${sql})`;
  }

  /** What the measures take of each row. */
  #inputs(): string[] {
    return this.measures.flatMap((measure) => {
      const { input } = this.#made(measure);
      return input === undefined ? [] : [`${input} AS x${measure.place}`];
    });
  }

  /** How a measure is made of what is counted. */
  #made(measure: PlacedMeasure): Pick<MeasureSql, 'input' | 'value'> {
    return (this.#source.isCounts ? measure.ofCounts : undefined) ?? measure;
  }

  /** @param areCounts whether counts are enough, where there are some of these fields and those of the groups */
  #sourceOf(fields: readonly string[], areCounts: boolean): Source {
    const used = [...this.#query.groupBy, ...fields];
    const counts = areCounts ? countsFor(this.#query, used) : undefined;
    if (counts === undefined) {
      return { sql: `attestlog.events\nWHERE ${this.#conditions}`, isCounts: false, count: 'count()' };
    }
    return { sql: countedRowsSql(counts, used, this.#query, this.#own), isCounts: true, count: 'sum(events)' };
  }

  /** Behind the measures, so that there is a column where nothing else is asked for. */
  #atLeastOne(): string {
    return `${this.#source.count} AS n`;
  }

  /** Each value of a field, or '' once where there is none. */
  #eachOf(field: string): string {
    const { sql, isArray } = textsSql(knownField(field), this.#own);
    return isArray ? `arrayJoin(emptyArrayToSingle(${sql}))` : sql;
  }

  #names(): string[] {
    return this.#keys.map(({ name }) => name);
  }

  #texts(): string[] {
    return this.#names().map((name) => `toString(${name})`);
  }

  #values(): string[] {
    return this.measures.flatMap((measure) => {
      const { place, known, isCount } = measure;
      const { value } = this.#made(measure);
      return [`toUInt64(${known}) AS k${place}`, `${isCount ? `toUInt64(${value})` : value} AS m${place}`];
    });
  }

  #order(): string {
    const { measure, descending } = this.#query.order;
    const names = this.#names();
    const direction = descending ? ' DESC' : '';
    if (measure === undefined) return names.map((name) => `${name}${direction}`).join(', ');
    return [`k${measure} = 0`, `m${measure}${direction}`, ...names].join(', ');
  }
}

const SIGNS = { gt: '>', gte: '>=', lt: '<', lte: '<=', eq: '=' } as const;

/** That a group has an event; undefined where there is no group without one. */
function eventsOf({ isCounts, count }: Source): string | undefined {
  return isCounts ? `${count} > 0` : undefined;
}

function havingEvents(source: Source): string | undefined {
  const events = eventsOf(source);
  return events && `HAVING ${events}`;
}

/** The field that a measure is about, if it is about one. */
function fieldOf(measure: Measure): string[] {
  return 'field' in measure && measure.field !== undefined && measure.kind !== 'top' ? [measure.field] : [];
}

function having(
  bounds: readonly MeasureBound[],
  parameters: FilterParameters,
  events: string | undefined,
): string | undefined {
  const measured = bounds.flatMap((bound) => [
    `k${bound.measure} > 0`,
    ...(['gt', 'gte', 'lt', 'lte', 'eq'] as const).flatMap((end) => {
      const value = bound[end];
      if (value === undefined) return [];
      const given = typeof value === 'bigint' ? parameters.int64(value) : parameters.float64(value);
      return [`m${bound.measure} ${SIGNS[end]} ${given}`];
    }),
  ]);
  const conditions = events === undefined ? measured : [events, ...measured];
  return conditions.length === 0 ? undefined : `HAVING ${conditions.join(' AND ')}`;
}

function groupBy(names: readonly string[]): string | undefined {
  return names.length === 0 ? undefined : `GROUP BY ${names.join(', ')}`;
}

function whereAll(...conditions: readonly (string | undefined)[]): string | undefined {
  const given = conditions.filter((condition) => condition !== undefined);
  return given.length === 0 ? undefined : `WHERE ${given.join(' AND ')}`;
}

function lines(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined).join('\n');
}

function isPlain(measure: Measure): measure is PlainMeasure {
  return measure.kind !== 'top';
}
