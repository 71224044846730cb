import type { Filter } from '@attestlog/event/sdk';
import type { AggregateRow } from '../aggregates/aggregates.js';
import type { ReadHttp } from '../http/read-http.js';
import type { CallOptions } from '../http/read-options.js';
import type { QueryCost } from '../search/event-page.js';
import type { FoundEvent } from '../search/found-event.js';

/** A question in English (docs/search.md, "Asking in words"). */
export interface Question {
  readonly question: string;
  /** Where "yesterday" is; `UTC` if absent. */
  readonly time_zone?: string;
  /** How 04/05/2025 is read; absent: it is asked back. */
  readonly date_order?: 'day-first' | 'month-first';
  /** False: the question is only read, and nothing searched for. */
  readonly search?: boolean;
  /** False: without what strikes about the events, which takes up to seven counts. */
  readonly insights?: boolean;
}

/** "More than 5 failed logins within 10 minutes". */
export interface Threshold {
  readonly count: Readonly<Partial<Record<'gt' | 'gte' | 'lt' | 'lte' | 'eq', number>>>;
  /** What is counted are the different values of this field; absent: the events. */
  readonly of?: string;
  /** The field whose values are counted apart; absent: all events together. */
  readonly per?: string;
  readonly withinSeconds?: number;
}

/** How a question is taken. */
export interface QuestionReading {
  /** The filter in the search syntax, and as a tree. */
  readonly q: string;
  readonly filter: Filter;
  /** Earliest and latest time, both inclusive. */
  readonly from?: string;
  readonly to?: string;
  readonly intent: 'list' | 'count' | 'who' | 'what' | 'which' | 'when' | 'first' | 'last' | 'top';
  readonly order: 'newest' | 'oldest';
  /** The share of the words that was understood, less what was guessed; 0 to 1. */
  readonly confidence: number;
  readonly readBy: 'grammar' | 'model';
  readonly limit?: number;
  /** The field, or `day`, `hour` …, by whose values the answer is grouped. */
  readonly per?: string;
  /** What is counted has to be more, or fewer, than this. */
  readonly having?: Threshold;
  readonly understood: readonly { readonly text: string; readonly offset: number; readonly as: string }[];
  readonly notUnderstood: readonly { readonly text: string; readonly offset: number }[];
  /** It is asked back instead of guessed: then there are no events. */
  readonly clarification?: {
    readonly code: ClarificationCode;
    readonly question: string;
    /** Questions or answers to choose from; may be empty. */
    readonly choices: readonly string[];
  };
}

/** Why it is asked back (docs/search.md). */
export type ClarificationCode =
  | ('too-long' | 'nothing-understood' | 'partly-understood' | 'ambiguous-date' | 'empty-period' | 'person-unknown')
  | (
      | 'asker-unknown'
      | 'not-a-question'
      | 'sequence'
      | 'absence'
      | 'time-of-day'
      | 'permissions-now'
      | 'causes'
      | 'places'
      | 'vague-number'
      | 'few-within'
      | 'judgement'
    );

/** What strikes about the events. */
export type InsightCode = 'count' | 'change' | 'top-actor' | 'unusual-time' | 'new-address' | 'new-actor';

/** The answer to a question; all but the reading only where events were searched for. */
export interface QuestionAnswer {
  readonly reading: QuestionReading;
  /** The filter of the events: that of the reading, narrowed to what passes its threshold. */
  readonly q?: string;
  /** Counts, where the question asks for them. */
  readonly answer?: { readonly rows: readonly AggregateRow[]; readonly truncated: boolean };
  /** What of the question could not be computed. */
  readonly not_applied?: string;
  readonly insights?: readonly { readonly code: InsightCode; readonly text: string }[];
  readonly events?: readonly FoundEvent[];
  /** Cursor of the next page of a search for `q`, and the reading's `from`, `to` and `order`. */
  readonly next?: string | null;
  readonly behind?: number;
  readonly cost?: QueryCost;
}

/** Asking in words. */
export interface Asking {
  /** Reads a question in English, says how, and answers it with counts, insights and events. */
  ask(question: string | Question, options?: CallOptions): Promise<QuestionAnswer>;
}

/** {@link Asking} on a server. */
export function asking(http: ReadHttp): Asking {
  return {
    ask: (question, options) => {
      const body = typeof question === 'string' ? { question } : question;
      return http.json({ method: 'POST', path: 'api/v1/events/ask', body }, options);
    },
  };
}
