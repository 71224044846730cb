import type { ReadOptions } from '../../ports/read-options.js';
import type { Reader } from '../event-reader.js';
import type { AggregateQuery, TopValue } from './aggregate-query.js';
import type { Aggregator } from './aggregator.js';
import { canonicalField, measureName } from './measure-name.js';

/** Beside the count of all events each field takes a measure. */
export const FACET_MAX_FIELDS = 7;
export const FACET_MAX_VALUES = 100;

/** How the events that are asked for lie over the values of a field. */
export interface Facet {
  field: string;
  /** Most frequent first. An event counts for each value that it has. */
  values: TopValue[];
  /** There are more values. */
  more: boolean;
  /** Events that have the field, whether its value can be shown or not. */
  with: number;
  without: number;
}

export interface Facets {
  total: number;
  facets: Facet[];
  behind: number;
}

export interface FacetQuery
  extends Pick<AggregateQuery, 'q' | 'filter' | 'actor' | 'action' | 'from' | 'to' | 'timeZone'> {
  /** In any of their names; at most {@link FACET_MAX_FIELDS}. */
  fields: readonly string[];
  /** Values of each. */
  limit: number;
}

/** @throws Problem what {@link Aggregator.run} throws */
export async function facetsOf(
  aggregates: Aggregator,
  tenant: string,
  { fields, limit, ...which }: FacetQuery,
  reader: Reader,
  options?: ReadOptions,
): Promise<Facets> {
  const names = [...new Set(fields.map(canonicalField))];
  const having = names.map((field) => ({ kind: 'count', field }) as const);
  const counted = await aggregates.run(tenant, { ...which, measures: [{ kind: 'count' }, ...having] }, reader, options);
  const counts = counted.rows[0]?.measures ?? {};
  const total = Number(counts.count);
  const facets: Facet[] = [];
  for (const [place, field] of names.entries()) {
    // One more, as the events without a value are a group too.
    const query = { ...which, groupBy: [field], limit: limit + 1 };
    const { rows, truncated } = await aggregates.run(tenant, query, reader, options);
    const values = rows.flatMap(({ group, measures }) => {
      const value = group[field];
      return value === null || value === undefined ? [] : [{ value, count: Number(measures.count) }];
    });
    const withField = Number(counts[measureName(having[place]!)]);
    facets.push({
      field,
      values: values.slice(0, limit),
      more: truncated || values.length > limit,
      with: withField,
      without: total - withField,
    });
  }
  return { total, facets, behind: counted.behind };
}
