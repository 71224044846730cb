export * as questionBounds from './bounds.js';
export type {
  AggregateAnswers,
  AggregateAsked,
  AggregateName,
  AggregatesAsked,
  CountAsked,
  FirstSeenAsked,
  HoursAsked,
  TopAsked,
  ValueCount,
} from './insights/aggregate.js';
export { aggregatesFor } from './insights/ask-aggregates.js';
export { type Insight, type InsightCode, insightCodes, wordInsights } from './insights/word-insights.js';
export {
  type Clarification,
  type ClarificationCode,
  clarificationCodes,
  type Having,
  type Intent,
  intents,
  type NotUnderstood,
  type Reading,
  type Understood,
} from './question.js';
export { type QuestionContext, readQuestion } from './read-question.js';
export { exampleQuestions } from './reading/clarify.js';
export type { CanAsk } from './reading/party.js';
export { addUnits, type CalendarUnit, startOf } from './time/calendar.js';
export { type Period, type PeriodReading, readPeriod, readPeriodText } from './time/period.js';
export type { DateOrder, QuestionClock } from './time/question-clock.js';
export { instantOf, isTimeZone, type WallMs, wallOf } from './time/zoned-time.js';
