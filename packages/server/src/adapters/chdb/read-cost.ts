import { PortFailure } from '../../ports/failure.js';
import type { QueryCost } from '../../ports/read-options.js';

/** What the engine is asked in the place of a query whose cost somebody wants to know, and in which format. */
export const COSTED_FORMAT = 'Template';

const MAX_COST_CHARS = 100;
/** A place of the template, and how what comes there is written. */
const place = (name: string) => `\${${name}}`;
const costs = ['rows_read', 'bytes_read', 'time'].map((name) => `#${place(`${name}:CSV`)}`).join('');
const TEMPLATE = [
  `format_template_row_format = '${place('packed:Raw')}'`,
  "format_template_rows_between_delimiter = ''",
  `format_template_resultset_format = '${place('data')}${costs}'`,
].join(', ');

/**
 * The same query with its rows in the same bytes, RowBinary, and behind them what it cost. The driver knows only what
 * came out of a query, not what was read for it; this format of the engine says it. The query's order is kept: the
 * engine may not take the sorting of a subquery for superfluous.
 */
export function costedSql(sql: string): string {
  return `SELECT formatRow('RowBinary', *) AS packed FROM (${sql}
) SETTINGS query_plan_remove_redundant_sorting = 0, ${TEMPLATE}`;
}

/** Parts the rows from the cost. @throws PortFailure `unavailable` where there is none */
export function splitCost(answer: Uint8Array): { rows: Uint8Array; cost: QueryCost } {
  // The cost is ASCII at the end, but what is before it may hold any byte.
  const start = Math.max(0, answer.length - MAX_COST_CHARS);
  const tail = Buffer.from(answer.buffer, answer.byteOffset + start, answer.length - start).toString('latin1');
  const found = /#(\d+)#(\d+)#([\d.e-]+)$/.exec(tail);
  if (found === null) throw new PortFailure('unavailable', 'The event store did not say what a query cost');
  const [text, rowsRead, bytesRead, seconds] = found;
  return {
    rows: answer.subarray(0, answer.length - text.length),
    cost: { rowsRead: Number(rowsRead), bytesRead: Number(bytesRead), elapsedMs: Number(seconds) * 1000 },
  };
}
