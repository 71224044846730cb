import { type Filter, type FoundField, isSealable, jsonPointer, knownField } from '@attestlog/event';

/**
 * Whether a filter asks something of a field that some policy may seal, or of words anywhere. One that does not means
 * the same under every policy, so neither policy nor keys are needed for it.
 */
export function asksOfSealable(filter: Filter): boolean {
  switch (filter.op) {
    case 'always':
    case 'never':
    case 'sealed':
    case 'concealed':
      return false;
    case 'and':
    case 'or':
      return filter.filters.some(asksOfSealable);
    case 'not':
      return asksOfSealable(filter.filter);
    default:
      return filter.field === 'any' || canBeSealed(knownField(filter.field));
  }
}

/** The one list of the schema whose items have fields that can be sealed; paths of filters do not name the item. */
const TARGET_NAME = '/targets/*/name';

/** Whether some policy, or what detection finds, can seal a value that the field leads to or into. */
export function canBeSealed({ name, field, path }: FoundField): boolean {
  return field.type === 'json' || isSealable(name === 'targets.name' ? TARGET_NAME : jsonPointer(path));
}
