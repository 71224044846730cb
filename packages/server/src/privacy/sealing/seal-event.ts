import { hash } from 'node:crypto';
import {
  canonicalJson,
  type FieldProblem,
  type FieldToSeal,
  formatSealedItems,
  problem,
  type Replacement,
  replaceValues,
  type SealedItem,
  sealedValue,
} from '@attestlog/event';
import { closeBox } from '../keys/box.js';
import type { SealingKeys } from '../keys/subject-keys.js';
import { blindIndex } from './blind-index.js';
import { type EventKeys, type EventName, eventKeysOf, itemContext, nonceOf, saltOf } from './event-key.js';
import type { FreshText } from './fresh-text.js';

/** What the sealed values of one event may come to as JSON. They lie beside the entry and are as large as one at most. */
export const SEALED_VALUES_MAX_BYTES = 65_535;

export interface SealedEvent<T> {
  /** The event with commitments in the place of the values. */
  readonly event: T;
  /** The values, sealed, as they lie beside the entry. Undefined: there was nothing to seal. */
  readonly sealed: string | undefined;
}

const SALT_BYTES = 32;
const committed = Buffer.alloc(SALT_BYTES + 4096);

/**
 * Seals fields of an event. The commitments depend on nothing but the subject's key, the event's id, the place and the
 * value, so a repeat of an event becomes the same entry; what lies beside it is encrypted anew each time.
 *
 * @param name tenant and id, which the event is about to be recorded under
 * @param fields what `fieldsToSeal` found in this event
 * @param keys those of all subjects of the fields
 * @param fresh gives other random characters each time
 * @throws UnacceptableJsonError for a value that cannot stand in an entry
 */
export function sealEvent<T extends object>(
  event: T,
  name: EventName,
  fields: readonly FieldToSeal[],
  keys: SealingKeys,
  fresh: FreshText,
): SealedEvent<T> | { readonly problem: FieldProblem } {
  if (fields.length === 0) return { event, sealed: undefined };
  const replacements: Replacement[] = [];
  const items: SealedItem[] = [];
  let bytes = 0;
  for (const [subject, own] of bySubject(fields)) {
    const key = keys.subjects.get(subject);
    if (key === undefined) throw new RangeError('a subject has no key');
    const eventKeys = eventKeysOf(key, name);
    const values = own.map(({ value }) => canonicalJson(value));
    own.forEach(({ path, pointer }, place) => {
      replacements.push({ path, value: sealedValue(commitment(eventKeys, pointer, values[place]!)) });
    });
    const text = `[${values.join(',')}]`;
    const content = Buffer.from(text);
    bytes += content.length;
    const f = own.map(({ pointer }) => pointer);
    const b = own.map(({ search }) =>
      search === undefined ? '' : blindIndex(keys.blindKey, search.field, search.text),
    );
    const context = itemContext(name, key.tag, key.generation, f);
    const nonce = nonceOf(eventKeys, fresh(), context, text);
    const box = closeBox(eventKeys.boxKey, nonce, content, context);
    items.push({ f, s: key.tag, k: key.generation, b, v: box.toString('base64url') });
  }
  if (bytes > SEALED_VALUES_MAX_BYTES) {
    const message = `The values to be sealed come to ${bytes} bytes; at most ${SEALED_VALUES_MAX_BYTES} are possible.`;
    return { problem: problem('payload-too-large', '', message) };
  }
  return { event: replaceValues(event, replacements), sealed: formatSealedItems(items) };
}

function bySubject(fields: readonly FieldToSeal[]): Map<string, FieldToSeal[]> {
  const groups = new Map<string, FieldToSeal[]>();
  for (const field of fields) {
    const group = groups.get(field.subject);
    if (group === undefined) groups.set(field.subject, [field]);
    else group.push(field);
  }
  return groups;
}

/** SHA-256 of the salt and the value's canonical JSON, as hex: what `commitmentInput` says. */
function commitment(keys: EventKeys, pointer: string, json: string): string {
  const most = SALT_BYTES + json.length * 3;
  const input = most <= committed.length ? committed : Buffer.alloc(most);
  input.write(saltOf(keys, pointer, json), 0, 'latin1');
  const bytes = input.write(json, SALT_BYTES, 'utf8');
  return hash('sha256', input.subarray(0, SALT_BYTES + bytes), 'hex');
}
