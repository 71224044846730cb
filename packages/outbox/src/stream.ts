import type { EventDraft } from '@attestlog/client';

/**
 * Which events keep their order among one another: those about the same thing (type and id of the first target), else
 * those of the same actor, else all others together. Triggers give captured rows the same: `order:17`.
 */
export function streamOf({ targets, actor }: Pick<EventDraft, 'targets' | 'actor'>): string {
  const target = targets?.[0];
  if (target?.id !== undefined) return `${target.type ?? ''}:${target.id}`;
  if (actor?.id !== undefined) return `by ${actor.type ?? ''}:${actor.id}`;
  return '';
}
