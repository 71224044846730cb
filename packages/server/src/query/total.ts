import { from } from '../failures.js';
import type { EventSelection } from '../ports/event-selection.js';
import type { ReadOptions } from '../ports/read-options.js';
import type { EventStore } from '../ports/store.js';

/** How exactly the events of a search are counted: all of them, or no further than to {@link ESTIMATE_MAX_EVENTS}. */
export const totalModes = ['exact', 'estimate'] as const;
export type TotalMode = (typeof totalModes)[number];

/** How many events a search finds on all of its pages. */
export interface Total {
  value: number;
  /** `at-least`: the counting stopped there, and there are more. */
  relation: 'exact' | 'at-least';
}

export const ESTIMATE_MAX_EVENTS = 10_000;

export async function countTotal(
  store: EventStore,
  selection: EventSelection,
  mode: TotalMode,
  options?: ReadOptions,
): Promise<Total> {
  if (mode === 'exact') return { value: await from('store', store.count(selection, options)), relation: 'exact' };
  const found = await from('store', store.count({ ...selection, atMost: ESTIMATE_MAX_EVENTS + 1 }, options));
  return found > ESTIMATE_MAX_EVENTS
    ? { value: ESTIMATE_MAX_EVENTS, relation: 'at-least' }
    : { value: found, relation: 'exact' };
}
