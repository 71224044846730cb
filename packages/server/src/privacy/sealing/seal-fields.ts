import { hash } from 'node:crypto';
import {
  canonicalJson,
  type FieldProblem,
  type FieldToSeal,
  formatSealedItems,
  problem,
  type Replacement,
  type SealedItem,
  sealedValue,
} from '@attestlog/event';
import { closeBox } from '../keys/box.js';
import { roomFor, Scratch } from '../keys/scratch.js';
import type { SubjectKey } from '../keys/subject-key-document.js';
import type { KeysAtHand } from '../keys/subject-keys.js';
import { blindIndexOf } from './blind-index.js';
import { type EventKeys, type EventName, eventKeysOf, itemContext, nonceOf, saltOf } from './event-key.js';
import type { FreshText } from './fresh-text.js';

/** What the sealed values of one event may come to as JSON. They lie beside the entry and are as large as one at most. */
export const SEALED_VALUES_MAX_BYTES = 65_535;
/** What they may come to with their places and indexes: with an entry they have to fit a chunk of the journal, three bytes a character. */
export const SEALED_TEXT_MAX_CHARS = 300_000;

export interface SealedFields {
  readonly problem?: never;
  /** Commitments, and where in the event they go. */
  readonly replacements: readonly Replacement[];
  /** The values, sealed, as they lie beside the entry. Undefined: there was nothing to seal. */
  readonly sealed: string | undefined;
}

const NOTHING: SealedFields = { replacements: [], sealed: undefined };
const SALT_BYTES = 32;
const ROOM_BYTES = 4096;
const committed = new Scratch(SALT_BYTES + ROOM_BYTES);

/**
 * Seals fields of an event. The commitments depend on nothing but the subject's key, the event's id, the place and the
 * value, so a repeat of an event becomes the same entry; what lies beside it is encrypted anew each time.
 *
 * On the path of every event that is recorded: loops in the place of what would make lists on the way.
 *
 * @param name tenant and id, which the event is about to be recorded under
 * @param fields what `fieldsToSeal` found in this event
 * @param keys those of all subjects of the fields
 * @param fresh gives other random characters each time
 * @throws UnacceptableJsonError for a value that cannot stand in an entry
 */
export function sealFields(
  name: EventName,
  fields: readonly FieldToSeal[],
  keys: KeysAtHand,
  fresh: FreshText,
): SealedFields | { readonly problem: FieldProblem } {
  if (fields.length === 0) return NOTHING;
  const replacements: Replacement[] = [];
  const items: SealedItem[] = [];
  let bytes = 0;
  for (const own of bySubject(fields)) {
    const key = keys.subjects.get(own[0]!.subject);
    if (key === undefined) throw new RangeError('a subject has no key');
    const { item, contentBytes } = sealItem(name, key, own, keys.blindKey, fresh, replacements);
    items.push(item);
    bytes += contentBytes;
  }
  if (bytes > SEALED_VALUES_MAX_BYTES) {
    const message = `The values to be sealed come to ${bytes} bytes; at most ${SEALED_VALUES_MAX_BYTES} are possible.`;
    return { problem: problem('payload-too-large', '', message) };
  }
  const sealed = formatSealedItems(items);
  if (sealed.length > SEALED_TEXT_MAX_CHARS) {
    const message = `The ${fields.length} values to be sealed lie at too many or too long places: ${sealed.length} characters; at most ${SEALED_TEXT_MAX_CHARS} are possible.`;
    return { problem: problem('payload-too-large', '', message) };
  }
  return { replacements, sealed };
}

function sealItem(
  name: EventName,
  key: SubjectKey,
  fields: readonly FieldToSeal[],
  blindKey: Uint8Array,
  fresh: FreshText,
  replacements: Replacement[],
): { item: SealedItem; contentBytes: number } {
  const eventKeys = eventKeysOf(key, name);
  const f: string[] = [];
  const b: string[] = [];
  let text = '[';
  for (const { path, pointer, value, search } of fields) {
    const json = canonicalJson(value);
    replacements.push({ path, value: sealedValue(commitment(eventKeys, pointer, json)) });
    f.push(pointer);
    b.push(search === undefined ? '' : blindIndexOf(key, blindKey, search.field, search.text));
    text += f.length === 1 ? json : `,${json}`;
  }
  text += ']';
  const content = Buffer.from(text);
  const context = itemContext(name, key.tag, key.generation, f);
  const box = closeBox(eventKeys.boxKey, nonceOf(eventKeys, fresh(), context, text), content, context);
  const item = { f, s: key.tag, k: key.generation, b, v: box.toString('base64url') };
  return { item, contentBytes: content.length };
}

/** As a rule all fields are of one person. */
function bySubject(fields: readonly FieldToSeal[]): (readonly FieldToSeal[])[] {
  const { subject } = fields[0]!;
  if (fields.every((field) => field.subject === subject)) return [fields];
  const groups = new Map<string, FieldToSeal[]>();
  for (const field of fields) {
    const group = groups.get(field.subject);
    if (group === undefined) groups.set(field.subject, [field]);
    else group.push(field);
  }
  return [...groups.values()];
}

/** SHA-256 of the salt and the value's canonical JSON, as hex: what `commitmentInput` says. */
function commitment(keys: EventKeys, pointer: string, json: string): string {
  const input = committed.hasRoom(SALT_BYTES, json) ? committed : new Scratch(roomFor(SALT_BYTES, json));
  input.binary(saltOf(keys, pointer, json), 0);
  return hash('sha256', input.upTo(input.text(json, SALT_BYTES)), 'hex');
}
