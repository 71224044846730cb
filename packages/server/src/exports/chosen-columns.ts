import { type Json, type JsonObject, jsonPointer } from '@attestlog/event';
import { eventOf, memberOf } from './event-cells.js';
import { storedEventFieldNames } from './event-fields.js';
import type { ExportRow } from './export-row.js';

/** Columns that are not members of the event: its place in the log, all of it, and what is shown of its sealed fields. */
export const specialColumns = ['index', 'position', 'event', 'personal'] as const;

export const MAX_COLUMNS = 100;
const COLUMN = /^[^.\s,][^,\n\r]{0,199}$/;

/** What is wrong with the columns that were chosen; undefined if nothing. */
export function problemOfColumns(columns: readonly string[]): string | undefined {
  if (columns.length === 0) return 'There is no column.';
  if (columns.length > MAX_COLUMNS) return `There are at most ${MAX_COLUMNS} columns.`;
  if (new Set(columns).size < columns.length) return 'A column is named twice.';
  const wrong = columns.find((column) => !COLUMN.test(column) || !isKnown(column));
  if (wrong === undefined) return undefined;
  return `There is no column "${wrong.slice(0, 60)}": a column is a member of the event, such as actor.id, targets.0.id or metadata.amount, or one of ${specialColumns.join(', ')}.`;
}

function isKnown(column: string): boolean {
  if ((specialColumns as readonly string[]).includes(column)) return true;
  const [first = '', ...inner] = column.split('.');
  return storedEventFieldNames.includes(first) && inner.every((segment) => segment !== '');
}

/** The values of some columns of a row; undefined where the event has none. */
export function chosenValues(row: ExportRow, columns: readonly string[]): (Json | undefined)[] {
  let event: JsonObject | undefined;
  return columns.map((column) => {
    if (column === 'index') return row.entry.index;
    if (column === 'position') return row.entry.position;
    if (column === 'personal') return row.personal as unknown as Json;
    event ??= eventOf(row);
    return column === 'event' ? event : valueAt(event, column.split('.'), row.personal);
  });
}

/** A value of the event; of a sealed one, what is shown of it. */
function valueAt(event: JsonObject, path: readonly string[], personal: ExportRow['personal']): Json | undefined {
  const shown = personal.length === 0 ? undefined : personal.find(({ pointer }) => pointer === jsonPointer(path));
  if (shown !== undefined) return 'value' in shown ? shown.value : null;
  let value: Json | undefined = event;
  for (const key of path) value = memberOf(value, key);
  return value;
}
