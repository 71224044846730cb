import type { PlannedField, SealingPlan } from '@attestlog/event';

/** What of a sealing plan the path of a filter leads to. */
export interface PlannedReach {
  /** Fields whose sealed values stand where the path leads. */
  readonly at: readonly PlannedField[];
  /** Fields that the path leads into: their values are sealed as a whole, with all that is in them. */
  readonly into: readonly PlannedField[];
}

/**
 * What of a plan a path leads to. Paths of filters lead through lists without naming the item; those of a plan name it
 * by a star or a number, which may also be an ordinary key. Where both are possible, both count.
 *
 * @param path keys from the root of the entry
 */
export function plannedReach(path: readonly string[], plan: SealingPlan): PlannedReach {
  const at: PlannedField[] = [];
  const into: PlannedField[] = [];
  for (const planned of plan) {
    const lengths = lengthsUsed(path, planned.segments);
    if (lengths.has(path.length)) at.push(planned);
    if (lengths.size > (lengths.has(path.length) ? 1 : 0)) into.push(planned);
  }
  return { at, into };
}

/** A star, or the index of an item: what the path of a filter does not name. */
const ITEM = /^(?:\*|0|[1-9]\d{0,8})$/;

/** How many keys of the path may have been used when all segments are; empty: the path does not lead there. */
function lengthsUsed(path: readonly string[], segments: readonly string[]): ReadonlySet<number> {
  let lengths = new Set([0]);
  for (const segment of segments) {
    const next = new Set<number>();
    for (const used of lengths) {
      if (path[used] === segment) next.add(used + 1);
      if (ITEM.test(segment)) next.add(used);
    }
    if (next.size === 0) return next;
    lengths = next;
  }
  return lengths;
}
