import { CLARIFICATION_MAX_CHOICES, QUESTION_MAX_CHARS } from '../bounds.js';
import type { Clarification, NotUnderstood } from '../question.js';
import type { AmbiguousDate } from '../time/written-dates.js';
import type { Unsupported } from '../vocabulary/function-words.js';
import type { Item } from './item.js';

/** Questions that can be asked of every log, for whoever does not know yet what can be asked. */
export const exampleQuestions: readonly string[] = [
  'failed logins in the last 24 hours',
  'who deleted order 4711',
  'permission changes since Monday',
  'top 10 users by denied requests this month',
  'what did jane do yesterday',
];

const sentences: Readonly<Record<Unsupported, string>> = {
  sequence: 'What came after what cannot be asked yet. Ask for the events of each kind, or write a detection.',
  absence: 'What did not happen cannot be searched for, as the log has what did. Ask for what happened instead.',
  'time-of-day': 'Times of the day over several days cannot be searched yet. Ask for one day with its hours.',
  'permissions-now':
    'The log has what was done, not who may do what now. Ask who was granted something, or who accessed it.',
  places: 'The log has addresses, networks and cloud regions, but no countries. Ask with one of those.',
  causes: 'The log has what happened, not why. Ask for the events of the time in question.',
  'vague-number': 'From how many on? Ask with a number.',
  judgement: 'What is out of the ordinary is for you to say: ask for what it would look like.',
};

const choicesOf: Readonly<Record<Unsupported, readonly string[]>> = {
  sequence: ['failed logins in the last hour', 'successful logins in the last hour'],
  absence: ['failed logins in the last 30 days', 'how many events per user in the last 30 days'],
  'time-of-day': ['yesterday between 18:00 and 23:00', 'last night'],
  'permissions-now': ['permission changes in the last 90 days', 'who was granted the admin role'],
  places: ['logins from external addresses yesterday', 'logins from 203.0.113.0/24 yesterday'],
  causes: ['errors in the last hour', 'what happened in the last hour'],
  'vague-number': ['users with more than 5 failed logins within 10 minutes', 'top 10 users by deletions last month'],
  judgement: ['failed logins in the last 24 hours', 'users with logins from more than 3 addresses within an hour'],
};

/** What a filter cannot say. */
export function unsupported(because: Unsupported, item: Item): Clarification {
  return { code: because, question: `“${item.text}”: ${sentences[because]}`, choices: choicesOf[because] };
}

/**
 * "Fewer than 3 within a day" holds of nearly every day of everybody.
 *
 * @param asked the question with the last such stretch of time in its place
 */
export function fewWithin(window: string, asked: string): Clarification {
  return {
    code: 'few-within',
    question: `“${window}”: of whatever stretch of time that long? That few holds nearly always. Ask with a time that has a beginning and an end.`,
    choices: [asked],
  };
}

export function ambiguousDate({ text }: AmbiguousDate): Clarification {
  const [one = '', other = '', year = ''] = text.split('/');
  const day = (month: string, dayOfMonth: string) => `${year}-${month.padStart(2, '0')}-${dayOfMonth.padStart(2, '0')}`;
  return {
    code: 'ambiguous-date',
    question: `Which day is ${text}?`,
    choices: [day(other, one), day(one, other)],
  };
}

export function emptyPeriod(): Clarification {
  return { code: 'empty-period', question: 'The time ends before it begins. From when until when?', choices: [] };
}

export function tooLong(): Clarification {
  return {
    code: 'too-long',
    question: `A question has at most ${QUESTION_MAX_CHARS} characters. Ask one thing at a time.`,
    choices: [],
  };
}

export function nothingUnderstood(): Clarification {
  return {
    code: 'nothing-understood',
    question: 'Which events do you mean? Questions are in English, such as these.',
    choices: exampleQuestions.slice(0, CLARIFICATION_MAX_CHOICES),
  };
}

/** @param filterText what was understood, in the search syntax */
export function partlyUnderstood(missed: readonly NotUnderstood[], filterText: string): Clarification {
  const words = missed.map(({ text }) => `“${text}”`).join(', ');
  return {
    code: 'partly-understood',
    question: `What does ${words} mean here? Without it, the question is the search below.`,
    choices: [filterText],
  };
}

export function notAQuestion(item: Item): Clarification {
  return {
    code: 'not-a-question',
    question: `Nothing is changed here: “${item.text}” cannot be ordered. Ask for events in which it was done.`,
    choices: [`who did “${item.text}” last week`, ...exampleQuestions.slice(1, 3)],
  };
}
