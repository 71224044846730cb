import { jsonPointer } from '@attestlog/event/sdk';
import type { StandardIssue, StandardResult, StandardSchema } from '../actions/standard-schema.js';

/**
 * What is done with metadata that its declaration refuses: recorded as it is, left out of the event, or the event is
 * refused. In each case it is counted and told.
 */
export type InvalidMetadata = 'keep' | 'omit' | 'refuse';

/** What the check gives: metadata to record, or the places at which it is wrong, without values. */
export type CheckedMetadata =
  | { readonly ok: true; readonly metadata: unknown }
  | { readonly ok: false; readonly paths: readonly string[] };

const PATHS_MAX_ITEMS = 20;

/** Asks a validator; a promise only when the validator gives one. A validator that throws is one that refuses. */
export function checkMetadata(schema: StandardSchema, metadata: unknown): CheckedMetadata | Promise<CheckedMetadata> {
  try {
    const result = schema['~standard'].validate(metadata ?? {});
    if (result instanceof Promise) return result.then(checkedOf, unreadable);
    return checkedOf(result);
  } catch {
    return unreadable();
  }
}

function checkedOf(result: StandardResult<unknown>): CheckedMetadata {
  if (result.issues === undefined) return { ok: true, metadata: result.value };
  return { ok: false, paths: result.issues.slice(0, PATHS_MAX_ITEMS).map(pathOf) };
}

function unreadable(): CheckedMetadata {
  return { ok: false, paths: ['/metadata'] };
}

/** A JSON Pointer from the event's root. */
function pathOf({ path = [] }: StandardIssue): string {
  return jsonPointer(['metadata', ...path.map((step) => (typeof step === 'object' ? step.key : step))]);
}
