import {
  BLOB_KEY,
  isBlobReference,
  pointerSegments,
  type Replacement,
  replaceValues,
  type StoredEvent,
} from '@attestlog/event';
import { from } from '../../failures.js';
import { blobKey } from '../../intake/intake.js';
import type { Objects } from '../../ports/objects.js';
import type { ShownField } from '../../privacy/reading/personal-data.js';

/** Bytes of payloads that go back into the records of one answer; what is beyond stays a reference. */
export const MAX_RESTORED_BYTES = 16_777_216;

/** What may still be restored for an answer. */
export interface RestoreBudget {
  leftBytes: number;
}

/** Where an entry can have a reference to a payload in the place of the payload. */
const PLACES = [['request'], ['response'], ['changes'], ['file', 'diff']] as const;

/**
 * The event with the payloads that were moved out of its entry, as far as the budget goes. Fails with
 * `objects-unavailable`.
 */
export async function withPayloads(
  event: StoredEvent,
  tenant: string,
  objects: Pick<Objects, 'get'>,
  budget: RestoreBudget,
): Promise<StoredEvent> {
  const found: { path: readonly string[]; value: unknown }[] = [];
  for (const path of PLACES) {
    const reference = valueAt(event, path);
    if (!isBlobReference(reference)) continue;
    const { sha256, bytes: size, media_type: mediaType } = reference[BLOB_KEY];
    if (size > budget.leftBytes) continue;
    const bytes = await from('objects', objects.get(blobKey(tenant, sha256)));
    if (bytes === undefined) continue;
    budget.leftBytes -= bytes.length;
    const text = Buffer.from(bytes).toString('utf8');
    found.push({ path, value: mediaType === 'application/json' ? JSON.parse(text) : text });
  }
  return found.length === 0 ? event : replaceValues(event, found);
}

/**
 * The event with its sealed values as the reader sees them: open or masked; null in the place of what was erased. One that
 * is missing, or lies in a payload that was not restored, stays what stands for it.
 */
export function withPersonal(event: StoredEvent, shown: readonly ShownField[]): StoredEvent {
  const values = shown.flatMap((field): Replacement[] => {
    const path = pointerSegments(field.pointer) ?? [];
    if (field.state === 'missing' || valueAt(event, path) === undefined) return [];
    return [{ path, value: 'value' in field ? field.value : null }];
  });
  return values.length === 0 ? event : replaceValues(event, values);
}

function valueAt(event: object, path: readonly string[]): unknown {
  let value: unknown = event;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return path.length === 0 ? undefined : value;
}
