import { type Operation, operations } from '../vocabulary.js';
import type { PolicyEvent } from './policy-event.js';

/** Which operations are recorded, from the most to the least. */
export const levels = ['all', 'writes_only', 'mutations_only', 'deletes_only', 'failures_only'] as const;
export type Level = (typeof levels)[number];

/**
 * The operations that a level leaves out.
 *
 * - `writes_only`: reads, and nothing else. Taking data out (`export`) and signing in are kept.
 * - `mutations_only` keeps what changes something that is there. Making something new (`create`) changes nothing that
 *   is there, nor do reading, taking out and signing in and out. `execute` and `import` may change it, so they stay.
 * - `deletes_only`: all but `delete`.
 * - `failures_only` goes by the outcome: see {@link isOutsideLevel}.
 */
const leftOut: Record<Exclude<Level, 'all' | 'failures_only'>, ReadonlySet<Operation>> = {
  writes_only: new Set(['read']),
  mutations_only: new Set(['create', 'read', 'export', 'login', 'logout']),
  deletes_only: new Set(operations.filter((operation) => operation !== 'delete')),
};

/**
 * Whether an event says of itself that it lies outside a level. What it does not say is not guessed: without an
 * `operation`, it lies inside every level that goes by operations, and without an `outcome` inside `failures_only`.
 */
export function isOutsideLevel(level: Level, event: PolicyEvent): boolean {
  if (level === 'all') return false;
  if (level === 'failures_only') return event.outcome === 'success';
  return event.operation !== undefined && leftOut[level].has(event.operation);
}
