import type { CountQuery } from '../../ports/event-selection.js';
import type { Parameters } from './parameters.js';
import { selectionSql } from './selection-sql.js';

/** How many rows a selection has; with a bound, the engine stops reading soon after it has found so many. */
export function countSql({ atMost, ...selection }: CountQuery): { sql: string; parameters: Parameters } {
  const { bounds, filters, parameters } = selectionSql(selection);
  const rows = `FROM attestlog.events
WHERE ${[...bounds, ...filters].join('\n  AND ')}`;
  if (atMost === undefined) return { sql: `SELECT count() ${rows}`, parameters };
  return {
    sql: `SELECT count() FROM (SELECT 1 ${rows}
LIMIT {at_most:UInt64})`,
    parameters: { ...parameters, at_most: atMost },
  };
}
