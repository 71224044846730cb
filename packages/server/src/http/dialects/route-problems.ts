import type { ErrorCode } from '../../errors.js';

/** Problems of routes that record. */
export const RECORDING_PROBLEMS: readonly ErrorCode[] = [
  ...(['tenant-suspended', 'tenant-gone', 'quota-exceeded', 'journal-full', 'journal-unavailable'] as const),
  ...(['objects-unavailable', 'master-key-unavailable'] as const),
];

/** Problems of routes that ask for events by filters. */
export const QUERY_PROBLEMS: readonly ErrorCode[] = [
  ...(['query-invalid', 'filter-invalid', 'sealed-field', 'grant-unanswerable', 'data-corrupt'] as const),
  ...(['too-many-queries', 'query-too-expensive', 'query-cancelled', 'master-key-unavailable'] as const),
];

/** And of those that hand events out, page by page. */
export const PAGE_PROBLEMS: readonly ErrorCode[] = [
  ...QUERY_PROBLEMS,
  ...(['cursor-invalid', 'reason-missing', 'objects-unavailable', 'journal-unavailable'] as const),
];

/** Problems of routes that hand one event out. */
export const LOOK_UP_PROBLEMS: readonly ErrorCode[] = [
  ...(['event-unknown', 'grant-unanswerable', 'reason-missing', 'data-corrupt', 'objects-unavailable'] as const),
  ...(['master-key-unavailable', 'journal-unavailable'] as const),
];

/** And of those that hand all of them out. */
export const EXPORT_PROBLEMS: readonly ErrorCode[] = [
  ...QUERY_PROBLEMS,
  ...(['export-too-large', 'reason-missing', 'objects-unavailable', 'journal-unavailable'] as const),
];
