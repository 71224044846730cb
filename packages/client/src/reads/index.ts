/** What runs on every platform. */
export type * from './aggregates/aggregates.js';
export { AttestlogError, type ClientErrorCode, type PointedProblem } from './attestlog-error.js';
export { createReader, type Reader } from './create-reader.js';
export type * from './exports/export-job.js';
export type { Exporting, Exports, WaitOptions } from './exports/exports.js';
export type { CallOptions, ReaderOptions } from './http/read-options.js';
export type { ReadRuntime } from './http/read-runtime.js';
export type * from './questions/ask.js';
export {
  type EventPage,
  eachEvent,
  eachPage,
  type PageQuery,
  type QueryCost,
  type TimeQuery,
  type Total,
} from './search/event-page.js';
export type * from './search/found-event.js';
export type * from './search/history.js';
export type * from './search/recorded-event.js';
export type * from './search/saved-searches.js';
export type { EventQuery, FieldsQuery, Searching, SearchQuery } from './search/search.js';
export type { Tailing, TailOptions } from './tail/tail.js';
export type { TailEvent, TailQuery } from './tail/tail-connection.js';
