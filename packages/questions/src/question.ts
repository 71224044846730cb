import type { Filter } from '@attestlog/event';

/**
 * What is wanted of the events. list: to see them. count: how many. who, which, what: the different values of `per`.
 * when: their times. first, last: the earliest or the latest `limit`. top: the `limit` most frequent values of `per`.
 */
export const intents = ['list', 'count', 'who', 'what', 'which', 'when', 'first', 'last', 'top'] as const;
export type Intent = (typeof intents)[number];

/** "more than 5 failed logins within 10 minutes": of events that fit the filter, so many per value of a field. */
export interface Having {
  readonly count: {
    readonly gt?: number;
    readonly gte?: number;
    readonly lt?: number;
    readonly lte?: number;
    readonly eq?: number;
  };
  /** What is counted are the different values of this field, not the events: "from more than 3 addresses". */
  readonly of?: string;
  /** The field whose values are counted apart; all events together where it is absent. */
  readonly per?: string;
  /** They lie in a window of this length, wherever it is. */
  readonly withinSeconds?: number;
}

/** A piece of the question, and what it was taken for. */
export interface Understood {
  readonly text: string;
  /** In UTF-16 code units from the start of the question. */
  readonly offset: number;
  /** A filter in the search syntax, `from … to …`, or what is asked: `count`, `per actor.id`. */
  readonly as: string;
}

export interface NotUnderstood {
  readonly text: string;
  readonly offset: number;
}

export const clarificationCodes = [
  'too-long',
  'nothing-understood',
  'partly-understood',
  'ambiguous-date',
  'empty-period',
  'person-unknown',
  'asker-unknown',
  'not-a-question',
  'sequence',
  'absence',
  'time-of-day',
  'permissions-now',
  'causes',
  'places',
  'vague-number',
  'few-within',
  'judgement',
] as const;
export type ClarificationCode = (typeof clarificationCodes)[number];

/** What is asked back instead of guessing. */
export interface Clarification {
  readonly code: ClarificationCode;
  readonly question: string;
  /** Questions or answers to choose from; may be empty. */
  readonly choices: readonly string[];
}

/** A question as the service takes it. Whoever answers it must not search where there is a `clarification`. */
export interface Reading {
  readonly filter: Filter;
  /** Earliest and latest time, both inclusive, RFC 3339 in UTC. */
  readonly from?: string;
  readonly to?: string;
  readonly intent: Intent;
  readonly order: 'newest' | 'oldest';
  readonly limit?: number;
  /** The field, or `day`, `hour` …, by whose values the answer is grouped. */
  readonly per?: string;
  readonly having?: Having;
  readonly understood: readonly Understood[];
  readonly notUnderstood: readonly NotUnderstood[];
  /** 0 to 1. Not a probability: the share of the words that was understood, less what was guessed. */
  readonly confidence: number;
  readonly clarification?: Clarification;
}
