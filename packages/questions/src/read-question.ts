import { allOf, checkFilter, type Filter, printFilter } from '@attestlog/event';
import { QUESTION_MAX_CHARS } from './bounds.js';
import type { Clarification, Reading, Understood } from './question.js';
import {
  ambiguousDate,
  emptyPeriod,
  fewWithin,
  notAQuestion,
  nothingUnderstood,
  partlyUnderstood,
  tooLong,
} from './reading/clarify.js';
import { Draft, filterOfFinding } from './reading/draft.js';
import { type Item, itemsOf } from './reading/item.js';
import type { CanAsk } from './reading/party.js';
import { askRule } from './reading/rules/ask-rule.js';
import { conditionRule } from './reading/rules/condition-rule.js';
import { nameRule } from './reading/rules/name-rule.js';
import { anotherRule } from './reading/rules/named-thing.js';
import { nounRule } from './reading/rules/noun-rule.js';
import { quantityRule } from './reading/rules/quantity-rule.js';
import { kindOf, type Rule } from './reading/rules/rule.js';
import { severalRule } from './reading/rules/several-rule.js';
import { verbRule } from './reading/rules/verb-rule.js';
import { wordRule } from './reading/rules/word-rule.js';
import { isEmptyPeriod, lastSeconds, type PeriodReading, readPeriod } from './time/period.js';
import type { QuestionClock } from './time/question-clock.js';
import { type FoundWindow, readWindow } from './time/window.js';
import { changedNouns, grantedNouns } from './vocabulary/nouns.js';

/** What a question is about besides its words. */
export interface QuestionContext extends QuestionClock {
  /** The id of whoever asks: what `I` and `my` stand for. */
  readonly me?: string;
  /** Whether a condition can be answered: of a sealed name only the whole can be asked. Absent: all of them can. */
  readonly canAsk?: CanAsk;
}

/** Below this share of understood words it is asked back. */
const ANSWERED_FROM_CONFIDENCE = 0.6;
const GUESS_FACTOR = 0.95;

/**
 * Reads a question in English: which events, of what time, and what is wanted of them. Always the same for the same
 * question and context, without a model. Where it is not sure, the reading has a `clarification`, and nobody should search.
 *
 * Takes time linear in the question, which is bounded ({@link QUESTION_MAX_CHARS}).
 */
export function readQuestion(question: string, context: QuestionContext): Reading {
  if (question.length > QUESTION_MAX_CHARS) return unread(tooLong());
  const draft = new Draft(question, context.canAsk ?? (() => true));
  const unquoted = question.replace(/"[^"]*"|“[^”]*”/g, (quoted) => '_'.repeat(quoted.length));
  const window = readWindow(unquoted);
  const written = readPeriod(window.rest, isInUtc(unquoted) ? { ...context, timeZone: 'UTC' } : context);
  draft.windowSeconds = window.windowSeconds;
  const items = itemsOf(blank(question, [...written.spans, ...(window.span === undefined ? [] : [window.span])]));
  readItems(items, draft, context.me);
  const times = withWindow(written, window, draft, context);
  const filter = filterOfDraft(draft);
  requireMany(question, window, draft);
  if (isEmptyPeriod(times.period)) draft.clarifications.unshift(emptyPeriod());
  for (const date of times.ambiguous) draft.clarifications.unshift(ambiguousDate(date));
  return readingOf(question, items, draft, filter, times);
}

/** "Deletions within 24 hours" are those of the last 24 hours; it is a window only where something is counted in it. */
function withWindow(times: PeriodReading, window: FoundWindow, draft: Draft, context: QuestionContext): PeriodReading {
  const { windowSeconds, span } = window;
  if (windowSeconds === undefined || span === undefined || draft.having !== undefined) return times;
  if (times.spans.length > 0) return times;
  return { ...times, period: lastSeconds(windowSeconds, context), spans: [span] };
}

/** Within a stretch of time that lies anywhere there can be too many, but nothing follows from few. */
function requireMany(question: string, { windowSeconds, span }: FoundWindow, { having, clarifications }: Draft): void {
  if (windowSeconds === undefined || span === undefined || having === undefined) return;
  if (having.count.gt !== undefined || having.count.gte !== undefined) return;
  const window = question.slice(span.offset, span.end);
  const last = window.replace(/^\w+(?: +any)? +(?:(?:an?|one|the)(?: +(?:single|same))? +)?/i, 'in the last ');
  clarifications.push(fewWithin(window, question.slice(0, span.offset) + last + question.slice(span.end)));
}

/** A question that speaks of UTC means it everywhere: "between 10:00 and 11:30 UTC". */
function isInUtc(question: string): boolean {
  return /\b(?:UTC|GMT)\b/i.test(question);
}

function blank(text: string, spans: PeriodReading['spans']): string {
  let rest = text;
  for (const { offset, end } of spans) rest = rest.slice(0, offset) + ' '.repeat(end - offset) + rest.slice(end);
  return rest;
}

function readItems(items: readonly Item[], draft: Draft, me: string | undefined): void {
  const rules: readonly Rule[] = [
    severalRule,
    askRule,
    quantityRule,
    anotherRule,
    nounRule,
    verbRule,
    conditionRule,
    nameRule,
    wordRule(me),
  ];
  const order = items[0];
  if (order !== undefined && isOrder(items)) draft.clarifications.push(notAQuestion(order));
  for (let at = 0; at < items.length; ) {
    let taken = 0;
    for (const rule of rules) {
      taken = rule(items, at, draft);
      if (taken > 0) break;
    }
    if (taken === 0) draft.miss(items[at]!);
    for (const item of items.slice(at, at + Math.max(taken, 1))) if (item.corrected !== undefined) draft.guesses += 1;
    at += Math.max(taken, 1);
  }
}

const ORDERS =
  /^(?:drop|delete|remove|erase|purge|wipe|grant|revoke|disable|enable|approve|reject|assign|restart|run|execute)$/;

/** "Drop table events", "revoke jane": an order, and no question. */
function isOrder(items: readonly Item[]): boolean {
  const [first, second] = items;
  if (first?.meaning?.kind !== 'verb' || !ORDERS.test(first.token.lower) || second === undefined) return false;
  return kindOf(second) !== 'event' && kindOf(second) !== 'preposition' && kindOf(second) !== 'join';
}

/** All findings, in their one form. What a verb says already is not asked of the noun again. */
function filterOfDraft(draft: Draft): Filter {
  const found = draft.findings;
  const grants = draft.hasVerb('grant', 'revoke');
  const changed = found.find(({ noun }) => noun !== undefined && changedNouns.has(noun));
  const isChange = changed !== undefined && draft.hasVerb('update') && !grants;
  const kept = found.filter((finding) => {
    if (finding === changed && isChange) return true;
    if (finding.group === 'verb' && isChange && draft.verbs.length === 1) return false;
    return !(grants && finding.noun !== undefined && grantedNouns.has(finding.noun) && !finding.isNegated);
  });
  const filters = kept.map((finding) =>
    finding === changed && isChange ? changedNouns.get(finding.noun!)! : filterOfFinding(finding),
  );
  const { filter, problem } = checkFilter(allOf(...filters));
  if (problem !== undefined) {
    draft.clarifications.push(nothingUnderstood());
    return { op: 'never' };
  }
  return filter;
}

function readingOf(
  question: string,
  items: readonly Item[],
  draft: Draft,
  filter: Filter,
  times: PeriodReading,
): Reading {
  const understood: Understood[] = [...draft.understood, ...timesUnderstood(question, times)];
  understood.sort((one, other) => one.offset - other.offset);
  const confidence = confidenceOf(items, draft, understood.length);
  const isAnything =
    filter.op !== 'always' || times.spans.length > 0 || draft.limit !== undefined || draft.having !== undefined;
  const clarification =
    draft.clarifications[0] ?? doubt(draft, filter, isAnything ? confidence : 0, ANSWERED_FROM_CONFIDENCE);
  if (draft.having !== undefined && draft.having.per === undefined && draft.per === undefined) askOfSubject(draft);
  const having = havingOf(draft);
  return {
    filter,
    ...times.period,
    intent: draft.intent,
    order: draft.order,
    ...(draft.limit === undefined ? {} : { limit: draft.limit }),
    ...perOf(draft),
    ...(having === undefined ? {} : { having }),
    understood,
    notUnderstood: draft.notUnderstood,
    confidence: clarification === undefined ? confidence : Math.min(confidence, ANSWERED_FROM_CONFIDENCE / 2),
    ...(clarification === undefined ? {} : { clarification }),
  };
}

function timesUnderstood(question: string, { period, spans }: PeriodReading): Understood[] {
  const as = [period.from === undefined ? '' : `from ${period.from}`, period.to === undefined ? '' : `to ${period.to}`];
  return spans.map(({ offset, end }) => ({ text: question.slice(offset, end), offset, as: as.join(' ').trim() }));
}

function perOf({ per, intent }: Draft): { per?: string } {
  const asked = per ?? (intent === 'who' || intent === 'top' ? 'actor.id' : undefined);
  return asked === undefined ? {} : { per: asked };
}

/** "Users locked out more than 3 times" asks which users. */
function askOfSubject(draft: Draft): void {
  if (draft.subjectPer === undefined) return;
  draft.per = draft.subjectPer;
  draft.ask('which');
}

function havingOf({ having, windowSeconds, per }: Draft): Reading['having'] {
  if (having === undefined) return undefined;
  const counted = having.per ?? per;
  return {
    count: having.count,
    ...(having.of === undefined ? {} : { of: having.of }),
    ...(counted === undefined ? {} : { per: counted }),
    ...(windowSeconds === undefined ? {} : { withinSeconds: windowSeconds }),
  };
}

/** The share of the words with a meaning of their own that was understood, less for each guess. */
function confidenceOf(items: readonly Item[], draft: Draft, understood: number): number {
  const missed = draft.notUnderstood.length;
  const share = understood === 0 ? 0 : understood / (understood + missed * 1.5);
  const confidence = items.length === 0 && understood === 0 ? 0 : share * GUESS_FACTOR ** draft.guesses;
  return Math.round(confidence * 100) / 100;
}

function doubt(draft: Draft, filter: Filter, confidence: number, least: number): Clarification | undefined {
  if (confidence >= least) return undefined;
  if (filter.op === 'always' || draft.notUnderstood.length === 0) return nothingUnderstood();
  return partlyUnderstood(draft.notUnderstood, printFilter(filter));
}

function unread(clarification: Clarification): Reading {
  return {
    filter: { op: 'never' },
    intent: 'list',
    order: 'newest',
    understood: [],
    notUnderstood: [],
    confidence: 0,
    clarification,
  };
}
