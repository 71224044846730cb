import { isRecord } from '../http/problem-details.js';
import { eventColumns, eventRow } from '../query/event-row.js';
import { shownEvent } from '../query/shown-event.js';
import { safeText } from '../terminal/safe-text.js';
import type { Style } from '../terminal/style.js';
import { columnWidths, tableLine } from '../terminal/table.js';
import type { ToldEvent } from './told-events.js';

/** A pause is drawn where it is this part of the whole, and this long. */
const PAUSE_PART = 0.1;
const PAUSE_MIN_MS = 1000;

const columns = [
  { title: 'AFTER', minWidth: 6 },
  ...eventColumns.filter(({ title }) => title !== 'TIME'),
  { title: 'SERVICE', minWidth: 7 },
];

/**
 * Events along a line, in the order in which they are given, with the pauses between them; above it how many, when, who
 * and where.
 *
 * @param events with `offset_ms`
 * @param columnsWide of the terminal; absent: nothing is cut
 */
export function timelinePicture(
  title: string,
  events: readonly ToldEvent[],
  style: Style,
  columnsWide: number | undefined,
): string {
  if (events.length === 0) return `${safeText(title)}: no events\n`;
  const offsets = events.map(({ offset_ms }) => offset_ms ?? 0);
  const span = Math.max(...offsets) - Math.min(...offsets);
  const rows = events.map((told, place) => rowOf(told, offsets[place]!));
  const markWidth = 2;
  const widths = columnWidths(columns, rows, columnsWide === undefined ? undefined : columnsWide - markWidth);
  const lines = [
    style.bold(safeText(`${title} · ${events.length} events · ${durationText(span)}`)),
    ...whoAndWhere(events),
  ];
  rows.forEach((row, place) => {
    const pause = place === 0 ? 0 : Math.abs(offsets[place]! - offsets[place - 1]!);
    if (pause >= Math.max(span * PAUSE_PART, PAUSE_MIN_MS)) lines.push(style.dim(`┆ ${durationText(pause)} later`));
    const line = tableLine(row, widths, columnsWide !== undefined);
    const outcome = row.at(-2);
    lines.push(`● ${outcome === 'denied' || outcome === 'failure' ? style.red(line) : line}`);
  });
  return `${lines.join('\n')}\n`;
}

function rowOf({ event, personal }: ToldEvent, offsetMs: number): string[] {
  const shown = shownEvent(event, personal);
  const [, ...cells] = eventRow(shown);
  return [`${offsetMs < 0 ? '−' : '+'}${durationText(Math.abs(offsetMs))}`, ...cells, serviceOf(shown) ?? '-'];
}

function whoAndWhere(events: readonly ToldEvent[]): string[] {
  const actors = counted(events.map(({ event, personal }) => eventRow(shownEvent(event, personal))[1]));
  const services = counted(events.map(({ event }) => serviceOf(event)));
  return [`who: ${actors}`, ...(services === '' ? [] : [`services: ${services}`])];
}

/** The most frequent ones first. */
function counted(names: readonly (string | undefined)[]): string {
  const counts = new Map<string, number>();
  for (const name of names) if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  return sorted.map(([name, count]) => `${safeText(name)} (${count})`).join(', ');
}

function serviceOf(event: unknown): string | undefined {
  const source = isRecord(event) && isRecord(event.source) ? event.source : {};
  return typeof source.service === 'string' ? source.service : undefined;
}

/** A duration in the largest unit that it has one of, with at most one decimal. */
export function durationText(milliseconds: number): string {
  const units = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['min', 60_000],
    ['s', 1000],
  ] as const;
  for (const [unit, size] of units) {
    if (milliseconds >= size) return `${Math.round((milliseconds / size) * 10) / 10} ${unit}`;
  }
  return `${Math.round(milliseconds * 1000) / 1000} ms`;
}
