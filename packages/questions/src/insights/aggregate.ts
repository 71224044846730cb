import type { Filter } from '@attestlog/event';
import type { Period } from '../time/period.js';

/** What has to be counted for an insight. Whoever asks for it adds the tenant and the reader's grant to the filter. */
interface Asked extends Period {
  readonly filter: Filter;
}

/** How many events. */
export interface CountAsked extends Asked {
  readonly kind: 'count';
}

/** The most frequent values of a field, with their counts. */
export interface TopAsked extends Asked {
  readonly kind: 'top';
  readonly field: string;
  readonly limit: number;
}

/** How many events in each of the 24 hours of the day, by the clock of a time zone. */
export interface HoursAsked extends Asked {
  readonly kind: 'hours';
  readonly timeZone: string;
}

/** Values of a field in the period that no event of the filter had between `since` and the period. */
export interface FirstSeenAsked extends Asked {
  readonly kind: 'first-seen';
  readonly field: string;
  readonly since: string;
  readonly limit: number;
}

export type AggregateAsked = CountAsked | TopAsked | HoursAsked | FirstSeenAsked;

export interface ValueCount {
  readonly value: string;
  readonly count: number;
}

/** Which insight an aggregate is for. */
export type AggregateName =
  | 'count'
  | 'count-before'
  | 'top-actors'
  | 'hours'
  | 'hours-before'
  | 'new-addresses'
  | 'new-actors';

export type AggregatesAsked = Readonly<Partial<Record<AggregateName, AggregateAsked>>>;

/** The answers, by the names of what was asked; one that is missing gives no insight. */
export interface AggregateAnswers {
  readonly count?: number;
  readonly 'count-before'?: number;
  /** Most frequent first. */
  readonly 'top-actors'?: readonly ValueCount[];
  /** 24 counts, of 00:00 to 00:59 first. */
  readonly hours?: readonly number[];
  readonly 'hours-before'?: readonly number[];
  readonly 'new-addresses'?: readonly ValueCount[];
  readonly 'new-actors'?: readonly ValueCount[];
}
