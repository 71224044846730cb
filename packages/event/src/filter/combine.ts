import type { Everything, Filter, Nothing } from './filter.js';

/**
 * These functions keep a tree in its one form: no `and` in an `and`, no `or` in an `or`, no `not` of a `not`, at least
 * two filters in both, and `always` and `never` alone at the root.
 */

export const ALWAYS: Everything = { op: 'always' };
export const NEVER: Nothing = { op: 'never' };

/** Events that fit all of them; `always` for none. */
export function allOf(...filters: readonly Filter[]): Filter {
  const flat = filters.flatMap((filter) => (filter.op === 'and' ? filter.filters : [filter]));
  const kept = flat.filter(({ op }) => op !== 'always');
  if (kept.some(({ op }) => op === 'never')) return NEVER;
  if (kept.length < 2) return kept[0] ?? ALWAYS;
  return { op: 'and', filters: kept };
}

/** Events that fit one of them; `never` for none. */
export function anyOf(...filters: readonly Filter[]): Filter {
  const flat = filters.flatMap((filter) => (filter.op === 'or' ? filter.filters : [filter]));
  const kept = flat.filter(({ op }) => op !== 'never');
  if (kept.some(({ op }) => op === 'always')) return ALWAYS;
  if (kept.length < 2) return kept[0] ?? NEVER;
  return { op: 'or', filters: kept };
}

/** Events that do not fit it. */
export function negate(filter: Filter): Filter {
  switch (filter.op) {
    case 'always':
      return NEVER;
    case 'never':
      return ALWAYS;
    case 'not':
      return filter.filter;
    default:
      return { op: 'not', filter };
  }
}
