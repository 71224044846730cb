/** Limits on aggregates. Beyond one of them a query is refused; where only its answer is cut, `truncated` says so. */

export const AGGREGATE_MAX_FIELDS = 4;
export const AGGREGATE_MAX_MEASURES = 8;
export const AGGREGATE_MAX_BOUNDS = 8;
/** Measures that take a query of their own. */
export const AGGREGATE_MAX_TOPS = 3;
/** Values in one list of the most frequent ones. */
export const AGGREGATE_TOP_MAX_VALUES = 100;
/** Groups of an answer; it is cut there. */
export const AGGREGATE_MAX_GROUPS = 1_000;
export const AGGREGATE_DEFAULT_GROUPS = 100;
/** Stretches of time. A year of hours does not fit, 30 days of 15 minutes do. */
export const AGGREGATE_MAX_BUCKETS = 5_000;
/** Rows of an answer: groups are cut so that all of their stretches of time fit. */
export const AGGREGATE_MAX_ROWS = 20_000;
/** Events of which the closest ones are looked for. */
export const AGGREGATE_CLOSEST_MAX_EVENTS = 100_000;
/** The same of different values, of which as many are remembered while the events are gone through. */
export const AGGREGATE_CLOSEST_MAX_VALUES = 100;
