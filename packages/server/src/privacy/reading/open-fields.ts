import { createHash } from 'node:crypto';
import {
  BLOB_KEY,
  canonicalJson,
  commitmentInput,
  isBlobReference,
  isErased,
  type OpenedField,
  parseSealedItems,
  SEALED_KEY,
  type SealedField,
  type SealedItem,
  type SealedItems,
  sealedFieldsOf,
} from '@attestlog/event';
import type { StoredEntry } from '../../ports/store.js';
import type { FoundKey, KeyReference } from '../keys/subject-keys.js';
import { openItem } from '../sealing/open-item.js';

/**
 * What became of a sealed field.
 * - `open`: here is its value, and it is the one that the entry commits to.
 * - `erased`: an erasure took it.
 * - `missing`: neither the value nor an erasure is there, or it is not the value that was recorded.
 */
export type FieldFate =
  | ({ readonly state: 'open' } & OpenedField)
  | { readonly state: 'erased'; readonly pointer: string; readonly erasure: string | undefined }
  | { readonly state: 'missing'; readonly pointer: string };

/** An entry that is to be opened, with what was found of it so far. */
export interface EntryToOpen {
  readonly id: string;
  readonly event: unknown;
  readonly fields: readonly SealedField[];
  /** Pointers of sealed fields in payloads that were moved out: their commitments are there, and not in the entry. */
  readonly inPayloads: readonly string[];
  readonly items: SealedItems;
}

const MARK = Buffer.from(`"${SEALED_KEY}"`);
const BLOB_MARK = Buffer.from(`"${BLOB_KEY}"`);
/** Fields of free JSON whose place a reference can take. */
const PAYLOADS = ['request', 'response', 'changes'] as const;

/** Reads an entry as far as its sealed fields need it; undefined when it has none. */
export function entryToOpen({ entry, sealed }: StoredEntry): EntryToOpen | undefined {
  const bytes = Buffer.from(entry.buffer, entry.byteOffset, entry.byteLength);
  const mayBeInPayloads = sealed !== undefined && bytes.includes(BLOB_MARK);
  if (!mayBeInPayloads && !bytes.includes(MARK)) return undefined;
  const event = JSON.parse(bytes.toString('utf8')) as Record<string, unknown> & { id: string };
  const fields = sealedFieldsOf(event);
  const items = (sealed === undefined ? undefined : parseSealedItems(sealed)) ?? [];
  const inPayloads = mayBeInPayloads ? pointersInPayloads(event, items) : [];
  return fields.length + inPayloads.length === 0 ? undefined : { id: event.id, event, fields, inPayloads, items };
}

function pointersInPayloads(event: Record<string, unknown>, items: SealedItems): string[] {
  const places = PAYLOADS.filter((name) => isBlobReference(event[name])).map((name) => `/${name}/`);
  const pointers = items.flatMap(({ f }) => f).filter((pointer) => places.some((place) => pointer.startsWith(place)));
  return [...new Set(pointers)];
}

/** The keys that the items of entries lie under, each once. */
export function referencesOf(entries: readonly EntryToOpen[]): KeyReference[] {
  const references = new Map<string, KeyReference>();
  for (const { items } of entries) {
    for (const item of items) {
      if (!isErased(item)) references.set(nameOf(item), { tag: item.s, generation: item.k });
    }
  }
  return [...references.values()];
}

/**
 * The fate of every sealed field of an entry, in the order of the fields, those in its payloads last. What opens is held
 * against the commitment: whoever can write into the store cannot put another value into the place of one. Where the
 * commitment is in a payload, what keeps others out is that a box opens for its own event and pointers only.
 *
 * @param keys what was found for {@link referencesOf}, by {@link nameOf}
 */
export function fatesOf(
  tenant: string,
  { id, fields, inPayloads, items }: EntryToOpen,
  keys: ReadonlyMap<string, FoundKey>,
): FieldFate[] {
  const fates = new Map<string, FieldFate>();
  for (const item of items) {
    for (const fate of isErased(item) ? erased(item.f, item.e) : openOrLost(tenant, id, item, keys)) {
      fates.set(fate.pointer, fate);
    }
  }
  const inEntry = fields.map(({ pointer, commitment }): FieldFate => {
    const fate = fates.get(pointer);
    if (fate === undefined || (fate.state === 'open' && !commits(fate, commitment)))
      return { state: 'missing', pointer };
    return fate;
  });
  return [...inEntry, ...inPayloads.map((pointer) => fates.get(pointer) ?? { state: 'missing' as const, pointer })];
}

/** Names the key of an item or of a reference. */
export function nameOf(key: Pick<SealedItem, 's' | 'k'> | KeyReference): string {
  return 's' in key ? `${key.s} ${key.k}` : `${key.tag} ${key.generation}`;
}

function openOrLost(tenant: string, id: string, item: SealedItem, keys: ReadonlyMap<string, FoundKey>): FieldFate[] {
  const found = keys.get(nameOf(item));
  if (found?.state === 'destroyed') return erased(item.f, found.erasure);
  const opened = found?.state === 'live' ? openItem(item, { tenant, id }, found.key) : undefined;
  if (opened === undefined) return item.f.map((pointer) => ({ state: 'missing', pointer }));
  return opened.map((field) => ({ state: 'open', ...field }));
}

function erased(pointers: readonly string[], erasure: string | undefined): FieldFate[] {
  return pointers.map((pointer) => ({ state: 'erased', pointer, erasure }));
}

function commits({ salt, value }: OpenedField, commitment: string): boolean {
  const input = commitmentInput(Buffer.from(salt, 'hex'), canonicalJson(value));
  return createHash('sha256').update(input).digest('hex') === commitment;
}
