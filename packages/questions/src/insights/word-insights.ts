import type { AggregateAnswers, ValueCount } from './aggregate.js';
import { type HourStretch, unusualHours } from './unusual-hours.js';

export const insightCodes = ['count', 'change', 'top-actor', 'unusual-time', 'new-address', 'new-actor'] as const;
export type InsightCode = (typeof insightCodes)[number];

/** One sentence about the answer. Told apart by the code; the text is for people. */
export interface Insight {
  readonly code: InsightCode;
  readonly text: string;
}

/** Below this, a change is as likely chance. */
const CHANGE_MIN_EVENTS = 10;
const CHANGE_MIN_FACTOR = 1.5;
const TOP_MIN_SHARE = 0.25;
const SHOWN_MAX_CHARS = 80;
const SHOWN_MAX_VALUES = 3;

/** What can be said about the answer of a question, most general first. Says only what the numbers say. */
export function wordInsights(answers: AggregateAnswers): Insight[] {
  const { count } = answers;
  if (count === undefined) return [];
  if (count === 0) return [{ code: 'count', text: 'There are no such events.' }];
  return [
    { code: 'count', text: count === 1 ? 'There is one such event.' : `There are ${number(count)} such events.` },
    ...change(count, answers['count-before']),
    ...topActor(count, answers['top-actors']),
    ...unusualHours(answers.hours ?? [], answers['hours-before'] ?? []).map(unusualTime),
    ...seenFirst('new-address', 'address', 'addresses', answers['new-addresses']),
    ...seenFirst('new-actor', 'actor', 'actors', answers['new-actors']),
  ];
}

function change(count: number, before: number | undefined): Insight[] {
  if (before === undefined || Math.max(count, before) < CHANGE_MIN_EVENTS) return [];
  const text = (words: string): Insight[] => [{ code: 'change', text: words }];
  if (before === 0) return text('There were none in as long a time before.');
  if (count >= before * CHANGE_MIN_FACTOR) {
    return text(`That is ${times(count / before)} times as many as in as long a time before (${number(before)}).`);
  }
  if (before >= count * CHANGE_MIN_FACTOR) {
    return text(`That is ${percent(1 - count / before)} fewer than in as long a time before (${number(before)}).`);
  }
  return [];
}

function topActor(count: number, actors: readonly ValueCount[] | undefined): Insight[] {
  const [first] = actors ?? [];
  if (first === undefined || count < 2 || first.count > count || first.count / count < TOP_MIN_SHARE) return [];
  const share = first.count === count ? 'all of them' : `${percent(first.count / count)} of them`;
  return [{ code: 'top-actor', text: `${shown(first.value)} did ${share} (${number(first.count)}).` }];
}

function unusualTime({ from, until, count }: HourStretch): Insight {
  const hour = (value: number) => `${String(value).padStart(2, '0')}:00`;
  const were = `${number(count)} were between ${hour(from)} and ${hour(until)}`;
  return { code: 'unusual-time', text: `${were}, when there were hardly any in the 30 days before.` };
}

function seenFirst(code: InsightCode, one: string, many: string, values: readonly ValueCount[] | undefined): Insight[] {
  if (values === undefined || values.length === 0) return [];
  const names = values.slice(0, SHOWN_MAX_VALUES).map(({ value }) => shown(value));
  const rest = values.length > SHOWN_MAX_VALUES ? ' and others' : '';
  const what = values.length === 1 ? `One ${one} was` : `${number(values.length)} ${many} or more were`;
  return [{ code, text: `${what} not seen in the 30 days before: ${names.join(', ')}${rest}.` }];
}

function shown(value: string): string {
  const flat = value.toWellFormed().replace(/\s+/g, ' ');
  return flat.length <= SHOWN_MAX_CHARS ? flat : `${flat.slice(0, SHOWN_MAX_CHARS).toWellFormed()}…`;
}

/** Digits in groups of three, always with commas: what is shown must not hang on the machine's language. */
function number(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}

function times(factor: number): string {
  return factor < 10 ? factor.toFixed(1).replace(/\.0$/, '') : number(Math.round(factor));
}

/** Never 0% or 100% of what is some and not all. */
function percent(share: number): string {
  return `${Math.min(99, Math.max(1, Math.round(share * 100)))}%`;
}
