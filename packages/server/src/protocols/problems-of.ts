import { type FieldProblem, problem } from '@attestlog/event';
import type { ItemResult } from '../intake/item.js';

/** Why an event was not recorded; empty for one that was. */
export function problemsOf(result: ItemResult): readonly FieldProblem[] {
  if (result.status === 'refused') return result.problems;
  return result.status === 'conflict' ? [problem('foreign-record', '/id', 'Another event has this id already.')] : [];
}
