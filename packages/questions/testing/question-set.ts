import { readFileSync } from 'node:fs';
import { type Filter, parseFilter, printFilter } from '@attestlog/event';
import type { Having, Intent, Reading } from '../src/question.js';
import type { QuestionContext } from '../src/read-question.js';

/** What every question of the sets is asked in: Wednesday, 15 October 2025, 14:30 in Berlin. */
export const setContext: QuestionContext = {
  nowMs: Date.UTC(2025, 9, 15, 12, 30),
  timeZone: 'Europe/Berlin',
  me: 'auditor-1',
};

/** A question, and how a person reads it: the filter in the search syntax, or that it has to be asked back. */
export interface SetQuestion {
  readonly question: string;
  readonly asksBack?: true;
  readonly filter?: string;
  readonly from?: string;
  readonly to?: string;
  readonly intent?: Intent;
  readonly order?: 'newest' | 'oldest';
  readonly limit?: number;
  readonly per?: string;
  readonly having?: Having;
}

/** building: for those who work on the parser. judging: to be looked at only to say how good it is. */
export type SetName = 'building' | 'judging';

export function questionSet(name: SetName): SetQuestion[] {
  return JSON.parse(readFileSync(new URL(`../testdata/${name}.json`, import.meta.url), 'utf8')) as SetQuestion[];
}

/** The questions that the requirements name; they are for building, whatever the rule says of them. */
const required = [
  'Show me all failed login attempts by john@company.com last week',
  'What permissions were changed in the WMS module yesterday?',
  'Who accessed sensitive financial data in the last 30 days?',
];

/** The rule by which a question lies in one set or the other: the 32-bit FNV-1a hash of its UTF-8, modulo 5. */
export function setOf(question: string): SetName {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(question)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash % 5 < 2 && !required.includes(question) ? 'judging' : 'building';
}

export interface Judgement {
  readonly filter: boolean;
  readonly time: boolean;
  /** Filter, time, intent, order, limit, grouping, threshold, and not asked back; or asked back where it has to be. */
  readonly everything: boolean;
}

/** Whether a reading is exactly the one that the set has. The order of `and`, of `or` and of lists does not count. */
export function judge(expected: SetQuestion, reading: Reading): Judgement {
  const isAskedBack = reading.clarification !== undefined;
  if (expected.asksBack === true) return { filter: isAskedBack, time: isAskedBack, everything: isAskedBack };
  const filter = sorted(reading.filter) === sorted(filterOfText(expected.filter ?? '*'));
  const time = reading.from === expected.from && reading.to === expected.to;
  const others =
    reading.intent === expected.intent &&
    reading.order === (expected.order ?? 'newest') &&
    reading.limit === expected.limit &&
    reading.per === expected.per &&
    havingText(reading.having) === havingText(expected.having);
  return { filter, time, everything: filter && time && others && !isAskedBack };
}

function havingText(having: Having | undefined): string {
  return JSON.stringify([having?.count, having?.of, having?.per, having?.withinSeconds]);
}

function filterOfText(text: string): Filter {
  const { filter, problem } = parseFilter(text);
  if (problem !== undefined) throw new Error(`${text}: ${problem.message}`);
  return filter;
}

function sorted(filter: Filter): string {
  switch (filter.op) {
    case 'and':
    case 'or':
      return `${filter.op}(${filter.filters.map(sorted).sort().join(' ')})`;
    case 'not':
      return `not(${sorted(filter.filter)})`;
    case 'is':
      return printFilter({ ...filter, values: [...filter.values].sort() });
    default:
      return printFilter(filter);
  }
}
