import { type FieldProblem, type FieldToSeal, replaceValues } from '@attestlog/event';
import type { SealingKeys } from '../keys/subject-keys.js';
import type { EventName } from './event-key.js';
import type { FreshText } from './fresh-text.js';
import { sealFields } from './seal-fields.js';

export interface SealedEvent<T> {
  readonly problem?: never;
  /** The event with commitments in the place of the values. */
  readonly event: T;
  /** The values, sealed, as they lie beside the entry. Undefined: there was nothing to seal. */
  readonly sealed: string | undefined;
}

/** {@link sealFields} for an event that has to stay as it is: what is sealed is a copy. */
export function sealEvent<T extends object>(
  event: T,
  name: EventName,
  fields: readonly FieldToSeal[],
  keys: SealingKeys,
  fresh: FreshText,
): SealedEvent<T> | { readonly problem: FieldProblem } {
  const made = sealFields(name, fields, keys, fresh);
  if (made.problem !== undefined) return made;
  const { replacements, sealed } = made;
  return { event: replacements.length === 0 ? event : replaceValues(event, replacements), sealed };
}
