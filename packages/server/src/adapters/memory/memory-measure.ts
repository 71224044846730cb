import { compileFilter, knownField, numbersOfField, textsOfField } from '@attestlog/event';
import type { Measure, MeasureValue, ValueCount } from '../../ports/aggregation.js';
import type { StoredRow } from './memory-rows.js';

/** An entry as measures see it. */
export interface MeasuredEntry extends Pick<StoredRow, 'timeNs' | 'receivedNs'> {
  readonly event: unknown;
  readonly bytes: number;
}

type Entries = readonly MeasuredEntry[];

/** A measure of the entries of a group. */
export function measureOf(measure: Measure, entries: Entries): MeasureValue {
  switch (measure.kind) {
    case 'count':
      return countOf(entries, measure.field);
    case 'bytes':
      return entries.reduce((sum, { bytes }) => sum + bytes, 0);
    case 'distinct':
      return valueCounts(entries, measure.field).length;
    case 'top':
      return valueCounts(entries, measure.field).slice(0, measure.k);
    case 'closest':
      return closest(entries, measure.events);
    case 'closest-values':
      return closestValues(entries, measure.field, measure.values);
    case 'min':
    case 'max':
      return knownField(measure.field).field.type === 'time'
        ? endOfTimes(measure.kind, measure.field, entries)
        : ofNumbers(measure, entries);
    default:
      return ofNumbers(measure, entries);
  }
}

function countOf(entries: Entries, field: string | undefined): number {
  if (field === undefined) return entries.length;
  const has = compileFilter({ op: 'exists', field });
  return entries.filter(({ event }) => has(event)).length;
}

/** Most frequent first, then by the bytes of the values. */
function valueCounts(entries: Entries, field: string): ValueCount[] {
  const found = knownField(field);
  const counts = new Map<string, number>();
  for (const { event } of entries) {
    for (const text of textsOfField(event, found)) counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || Buffer.compare(Buffer.from(a.value), Buffer.from(b.value)));
}

function closest(entries: Entries, events: number): bigint | null {
  const times = entries.map(({ timeNs }) => timeNs).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  let best: bigint | null = null;
  for (let last = events - 1; last < times.length; last += 1) {
    const span = times[last]! - times[last - events + 1]!;
    if (best === null || span < best) best = span;
  }
  return best;
}

/** From every event on, until so many different values were seen. */
function closestValues(entries: Entries, field: string, values: number): bigint | null {
  const found = knownField(field);
  const inOrder = entries
    .map(({ timeNs, event }) => ({ timeNs, texts: textsOfField(event, found) }))
    .sort((a, b) => (a.timeNs < b.timeNs ? -1 : a.timeNs > b.timeNs ? 1 : 0));
  let best: bigint | null = null;
  inOrder.forEach(({ timeNs }, from) => {
    const seen = new Set<string>();
    for (const last of inOrder.slice(from)) {
      for (const text of last.texts) seen.add(text);
      if (seen.size < values) continue;
      const span = last.timeNs - timeNs;
      if (best === null || span < best) best = span;
      return;
    }
  });
  return best;
}

function endOfTimes(kind: 'min' | 'max', field: string, entries: Entries): bigint | null {
  const times = entries.map(({ timeNs, receivedNs }) => (field === 'time' ? timeNs : receivedNs));
  return times.reduce<bigint | null>(
    (end, time) => (end === null || (kind === 'min' ? time < end : time > end) ? time : end),
    null,
  );
}

function ofNumbers(
  measure: Extract<Measure, { kind: 'sum' | 'min' | 'max' | 'avg' | 'percentile' }>,
  entries: Entries,
): number | null {
  const found = knownField(measure.field);
  const numbers = entries.flatMap(({ event }) => numbersOfField(event, found)).sort((a, b) => a - b);
  if (numbers.length === 0) return null;
  const sum = () => numbers.reduce((total, number) => total + number, 0);
  switch (measure.kind) {
    case 'sum':
      return sum();
    case 'avg':
      return sum() / numbers.length;
    case 'min':
      return numbers[0]!;
    case 'max':
      return numbers.at(-1)!;
    case 'percentile':
      return percentile(numbers, measure.p);
  }
}

/** @param numbers ascending */
function percentile(numbers: readonly number[], p: number): number {
  const place = (p / 100) * (numbers.length - 1);
  const below = Math.floor(place);
  const lower = numbers[below]!;
  return below + 1 < numbers.length ? lower + (place - below) * (numbers[below + 1]! - lower) : lower;
}
