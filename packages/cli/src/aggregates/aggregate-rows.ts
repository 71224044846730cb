import { isRecord } from '../http/problem-details.js';
import type { BarRow } from './bar-table.js';

/** The rows of an aggregate as a table: time, values, measures; bars are those of the first measure that is a number. */
export function aggregateTable(rows: readonly unknown[]): { titles: string[]; rows: BarRow[] } {
  const records = rows.filter(isRecord);
  const [first = {}] = records;
  const hasTime = typeof first.bucket === 'string';
  const fields = Object.keys(isRecord(first.group) ? first.group : {});
  const measures = Object.keys(isRecord(first.measures) ? first.measures : {});
  const measured = measures.find((name) => records.some((row) => typeof memberOf(row.measures, name) === 'number'));
  return {
    titles: [...(hasTime ? ['TIME'] : []), ...[...fields, ...measures].map((name) => name.toUpperCase())],
    rows: records.map((row) => ({
      cells: [
        ...(hasTime ? [valueText(row.bucket)] : []),
        ...fields.map((name) => valueText(memberOf(row.group, name))),
        ...measures.map((name) => valueText(memberOf(row.measures, name))),
      ],
      size: measured === undefined ? null : numberOf(memberOf(row.measures, measured)),
    })),
  };
}

function memberOf(of: unknown, name: string): unknown {
  return isRecord(of) ? of[name] : undefined;
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

/** A cell: `-` for what is absent; the most frequent values with their counts. */
export function valueText(value: unknown): string {
  if (Array.isArray(value) && value.length > 0) {
    return value
      .filter(isRecord)
      .map((one) => `${String(one.value)} ${String(one.count)}`)
      .join(', ');
  }
  return value === null || value === undefined || String(value) === '' ? '-' : String(value);
}
