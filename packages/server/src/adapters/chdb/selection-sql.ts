import type { Filter } from '@attestlog/event';
import type { EventSelection } from '../../ports/event-selection.js';
import { FilterParameters } from './filter-parameters.js';
import { filterSql } from './filter-sql.js';
import type { Parameters } from './parameters.js';

/** Conditions that all have to hold; each for itself, so that the engine can begin with what costs least. */
export interface SelectionSql {
  /** On the columns that the table is ordered by. */
  bounds: string[];
  /** On all else. */
  filters: string[];
  parameters: Parameters;
}

/** Which rows of the table of events a read is about. */
export function selectionSql({ tenant, before, fromNs, toNs, filter }: EventSelection): SelectionSql {
  const bounds = ['tenant_id = {tenant:String}', 'position < {before:UInt64}'];
  const parameters: Record<string, string | number | bigint> = { tenant, before };
  if (fromNs !== undefined) {
    bounds.push(`time >= ${momentParameter('from')}`);
    parameters.from = fromNs;
  }
  if (toNs !== undefined) {
    bounds.push(`time <= ${momentParameter('to')}`);
    parameters.to = toNs;
  }
  const ofFilter = new FilterParameters();
  const filters = filterConditions(filter, ofFilter);
  return { bounds, filters, parameters: { ...parameters, ...ofFilter.values } };
}

/** A time parameter, given in nanoseconds since the epoch. */
export function momentParameter(name: string): string {
  return `fromUnixTimestamp64Nano({${name}:Int64}, 'UTC')`;
}

function filterConditions(filter: Filter | undefined, parameters: FilterParameters): string[] {
  if (filter === undefined || filter.op === 'always') return [];
  const filters = filter.op === 'and' ? filter.filters : [filter];
  return filters.map((inner) => `(${filterSql(inner, parameters)})`);
}
