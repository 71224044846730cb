import { type DayUsage, type KindUsage, usageKinds } from '../ports/store.js';
import { dayName } from './day.js';

export type UsagePeriod = 'day' | 'month';

export interface UsageLine {
  /** `2025-10-06`, or `2025-10`. */
  period: string;
  events: number;
  bytes: number;
}

/** Usage by days (UTC), or summed up by months. */
export function usageLines(days: readonly DayUsage[], by: UsagePeriod): UsageLine[] {
  const lines = new Map<string, UsageLine>();
  for (const { day, events, bytes } of days) {
    const period = by === 'day' ? dayName(day) : dayName(day).slice(0, 7);
    const line = lines.get(period) ?? { period, events: 0, bytes: 0 };
    lines.set(period, { period, events: line.events + events, bytes: line.bytes + bytes });
  }
  return [...lines.values()];
}

/** What usage is shown by: times, or kinds of events. */
export const usageGroups = ['day', 'month', ...usageKinds] as const;

/** As CSV (RFC 4180), for a bill. */
export function usageCsv(
  tenant: string,
  by: (typeof usageGroups)[number],
  lines: readonly (UsageLine | KindUsage)[],
): string {
  const group = by === 'day' || by === 'month' ? 'period' : by;
  const rows = lines.map((line) => {
    const name = 'period' in line ? line.period : line.name;
    return `${tenant},${csvText(name)},${line.events},${line.bytes}`;
  });
  return [`tenant,${group},events,bytes`, ...rows, ''].join('\r\n');
}

/** A text that whoever records events chose: quoted where it must be, and no formula to a spreadsheet. */
function csvText(text: string): string {
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** The number of a day such as `2025-10-06`; undefined where it is none. */
export function dayNumber(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return undefined;
  const day = Date.parse(`${text}T00:00:00Z`) / 86_400_000;
  return Number.isInteger(day) && dayName(day) === text ? day : undefined;
}
