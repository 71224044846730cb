import {
  checkFilter,
  findField,
  isField,
  isMoment,
  isPlainObject,
  parseJson,
  parseTime,
  printFilter,
} from '@attestlog/event';
import { type Intent, intents, questionBounds, type Reading } from '@attestlog/questions';

/** Why an answer of a model was not taken. */
export type ModelRefusal = 'not-json' | 'wrong-shape' | 'bad-filter' | 'bad-time' | 'bad-field';

export type ModelReading = { readonly reading: Reading } | { readonly refusal: ModelRefusal };

/** What a model understood is not known word by word, so it is never surer than this. */
const MODEL_CONFIDENCE = 0.7;
const QUESTION_BACK_MAX_CHARS = 300;
const BUCKETS = ['minute', 'hour', 'day', 'week', 'month'];

/**
 * Checks what a model answered as strictly as what a stranger sends: a filter that {@link checkFilter} does not take, a
 * time that is none, a field that does not exist refuse the whole answer.
 *
 * @param text the content of the model's message
 * @param question what was asked, shown as what was understood
 */
export function readModelAnswer(text: string, question: string): ModelReading {
  const parsed = parseJson(text);
  if (parsed.error !== undefined) return { refusal: 'not-json' };
  const answer = withoutNulls(parsed.value);
  if (!isPlainObject(answer)) return { refusal: 'wrong-shape' };
  const { intent, order, limit, per, question_back: questionBack } = answer;
  if (!isIntent(intent) || (order !== 'newest' && order !== 'oldest')) return { refusal: 'wrong-shape' };
  if (limit !== undefined && !isLimit(limit)) return { refusal: 'wrong-shape' };
  if (questionBack !== undefined && typeof questionBack !== 'string') return { refusal: 'wrong-shape' };
  const { filter } = checkFilter(answer.filter);
  if (filter === undefined) return { refusal: 'bad-filter' };
  const from = timeOf(answer.from);
  const to = timeOf(answer.to);
  if (from === null || to === null || (from !== undefined && to !== undefined && from > to))
    return { refusal: 'bad-time' };
  if (per !== undefined && !isGrouping(per)) return { refusal: 'bad-field' };
  const isAskedBack = questionBack !== undefined && questionBack.trim() !== '';
  return {
    reading: {
      filter,
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
      intent,
      order,
      ...(limit === undefined ? {} : { limit }),
      ...(per === undefined ? {} : { per }),
      understood: isAskedBack ? [] : [{ text: question, offset: 0, as: printFilter(filter) }],
      notUnderstood: isAskedBack ? [{ text: question, offset: 0 }] : [],
      confidence: isAskedBack ? 0 : MODEL_CONFIDENCE,
      ...(isAskedBack ? { clarification: clarificationOf(questionBack) } : {}),
    },
  };
}

/** A text of the model is shown to a person: short, on one line, well-formed. */
function clarificationOf(questionBack: string) {
  const question = questionBack.toWellFormed().replace(/\s+/g, ' ').trim().slice(0, QUESTION_BACK_MAX_CHARS);
  return { code: 'partly-understood', question, choices: [] } as const;
}

function isIntent(value: unknown): value is Intent {
  return intents.some((intent) => intent === value);
}

function isLimit(value: unknown): value is number {
  return (
    Number.isInteger(value) && (value as number) >= 1 && (value as number) <= questionBounds.QUESTION_MAX_LIMIT_EVENTS
  );
}

function isGrouping(value: unknown): value is string {
  return typeof value === 'string' && (BUCKETS.includes(value) || isField(findField(value)));
}

/** The time in UTC, undefined where there is none, null where it is no time. */
function timeOf(value: unknown): string | undefined | null {
  if (value === undefined) return undefined;
  const moment = typeof value === 'string' ? parseTime(value) : undefined;
  return moment !== undefined && isMoment(moment) ? moment.text : null;
}

/** Strict output has null where a member is absent. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isPlainObject(value)) return value;
  const members = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(members.map(([key, member]) => [key, withoutNulls(member)]));
}
