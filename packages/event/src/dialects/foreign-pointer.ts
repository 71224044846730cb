import { jsonPointer, pointerSegments } from '../json-pointer.js';
import { fieldOf, type Moves } from './moves.js';

/** Where the members of a dialect's records are in an event, for those who point back from the event to the record. */
export interface ForeignPlaces {
  /** The dialect's name: the key under `metadata`. */
  readonly name: string;
  readonly moves: Moves;
  /** Fields that follow from a member, which itself stays: `['action', 'resource_type']`. */
  readonly derived: readonly (readonly [field: string, member: string])[];
}

/**
 * The place in a record that a place in its event comes from, both as JSON Pointers: `/actor/id` of a log entry is
 * `/user_id`, and `/changes/before/total` is `/before_state/total`. Of several members that a field can come from, it is
 * the first that the record has.
 *
 * @returns `''`, the whole record, for what comes from no member
 */
export function foreignPointer(pointer: string, record: object, { name, moves, derived }: ForeignPlaces): string {
  const path = pointerSegments(pointer) ?? [];
  const [root, second] = path;
  if (root === 'metadata') return jsonPointer(second === name ? path.slice(2) : path);
  const rows = [...moves.map(([member, field]) => [field, member] as const), ...derived];
  const fitting = rows
    .map(([field, member]) => ({ field: field.split('.'), member }))
    .filter(({ field }) => field.every((key, place) => path[place] === key));
  const found = fitting.find(({ member }) => fieldOf(record, member) !== undefined) ?? fitting[0];
  return found === undefined ? '' : jsonPointer([...found.member.split('.'), ...path.slice(found.field.length)]);
}
