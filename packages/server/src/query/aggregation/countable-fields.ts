import { type FoundField, knownField } from '@attestlog/event';
import { Problem } from '../../errors.js';
import type { Measure } from '../../ports/aggregation.js';
import { canBeSealed } from '../../privacy/searching/asks-of-sealable.js';
import { plannedReach } from '../../privacy/searching/planned-reach.js';
import type { SearchedSealing } from '../../privacy/searching/searched-sealing.js';

/** What is asked of a field: the values themselves, its numbers or times, or only whether there is one. */
type Use = 'values' | 'numbers' | 'ends' | 'existence';

interface Used {
  readonly found: FoundField;
  readonly use: Use;
}

/** The fields that an aggregation looks at, and what for. */
export function usedFields(groupBy: readonly string[], measures: readonly Measure[]): Used[] {
  const used = groupBy.map((name): Used => ({ found: knownField(name), use: 'values' }));
  for (const measure of measures) {
    if (!('field' in measure) || measure.field === undefined) continue;
    used.push({ found: knownField(measure.field), use: useOf(measure) });
  }
  return used;
}

function useOf({ kind }: Measure): Use {
  if (kind === 'count') return 'existence';
  if (kind === 'min' || kind === 'max') return 'ends';
  return kind === 'distinct' || kind === 'top' || kind === 'closest-values' ? 'values' : 'numbers';
}

/** @throws Problem `query-invalid` for a field that has nothing of the kind that is asked for */
export function requireCountable(used: readonly Used[]): void {
  for (const { found, use } of used) {
    const why = whyNot(found, use);
    if (why !== undefined) throw new Problem('query-invalid', { detail: `${found.name} ${why}` });
  }
}

function whyNot({ field, path, name }: FoundField, use: Use): string | undefined {
  const { type } = field;
  if (type === 'entry') return 'is no one field: name the field that is meant.';
  if (name === field.name && type === 'json')
    return `is an object: name a path into it, such as ${path.join('.')}.amount.`;
  if (use === 'values' && type === 'time') return 'is a time: divide by time with "bucket".';
  const hasNumbers = type === 'number' || type === 'json';
  if (use === 'numbers' && !hasNumbers) return 'has no numbers.';
  if (use === 'ends' && !hasNumbers && type !== 'time') return 'has neither numbers nor times.';
  return undefined;
}

/** Whether some policy can seal what is asked for, so that the one in force has to be known. */
export function mayBeSealed(used: readonly Used[]): boolean {
  return used.some(({ found }) => canBeSealed(found));
}

/**
 * A sealed value is not in the event: to group by what stands for it would show whose events belong together, and no
 * value. Whether there is one may be counted.
 *
 * @throws Problem `sealed-field`
 */
export function requireUnsealed(used: readonly Used[], { plan }: SearchedSealing): void {
  for (const { found, use } of used) {
    const { at, into } = plannedReach(found.path, plan);
    if (into.length === 0 && (at.length === 0 || use === 'existence')) continue;
    throw new Problem('sealed-field', {
      detail: `${found.name} is sealed: nothing can be grouped, counted or summed by its values; count(${found.name}) says how many events have one.`,
      members: { field: found.name, operator: 'aggregate' },
    });
  }
}
