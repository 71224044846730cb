import { findShownField, splitFieldList } from '@attestlog/event';
import { isRecord } from '../http/problem-details.js';
import type { Column } from '../terminal/table.js';
import { entryText } from './entry-text.js';
import { eventColumns, eventRow } from './event-row.js';

const FIELD_MIN_WIDTH = 8;

/** What a table shows of events. */
export interface EventTable {
  readonly columns: readonly Column[];
  /** Cells of an event, as its reader is shown it. */
  row(event: unknown): string[];
  /** Whether a row stands out. */
  isNotable(row: readonly string[]): boolean;
}

/** The most telling fields; what did not succeed stands out. */
export const usualTable: EventTable = {
  columns: eventColumns,
  row: eventRow,
  isNotable: (row) => row.at(-1) !== 'success' && row.at(-1) !== '-',
};

/** A column for each field of a list, as the server takes it. */
export function tableOf(fields: string): EventTable {
  const notations = splitFieldList(fields);
  const paths = notations.map((notation) => {
    const found = findShownField(notation);
    return 'code' in found ? [notation] : found;
  });
  return {
    columns: notations.map((title) => ({ title: title.toUpperCase(), minWidth: FIELD_MIN_WIDTH })),
    row: (event) => paths.map((path) => textsAt(event, path).join(', ') || '-'),
    isNotable: () => false,
  };
}

/** What lies at a path, which leads through lists. */
function textsAt(value: unknown, [key, ...rest]: readonly string[]): string[] {
  if (Array.isArray(value))
    return value.flatMap((element) => textsAt(element, key === undefined ? [] : [key, ...rest]));
  if (key === undefined) return textOf(value);
  return isRecord(value) && Object.hasOwn(value, key) ? textsAt(value[key], rest) : [];
}

function textOf(value: unknown): string[] {
  if (value === undefined || value === null || value === '') return [];
  return [typeof value === 'string' ? value : entryText(value)];
}
