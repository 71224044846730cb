import { JSON_MAX_DEPTH_LEVELS } from '../bounds.js';
import { jsonPointer } from '../json-pointer.js';
import { isPlainObject } from '../json-value.js';
import { type FieldProblem, problem } from '../problem.js';

/** The one key of what stands in an entry in the place of a sealed value. Only the server writes it. */
export const SEALED_KEY = '$sealed';

export const COMMITMENT = /^[0-9a-f]{64}$/;

/** Stands in an entry for a sealed value: a salted SHA-256 of it, as lower-case hex. */
export type SealedValue = { readonly [SEALED_KEY]: string };

/** A sealed field of an entry. */
export interface SealedField {
  /** Where it stands in the event (RFC 6901). */
  readonly pointer: string;
  readonly commitment: string;
}

export function sealedValue(commitment: string): SealedValue {
  return { [SEALED_KEY]: commitment };
}

/** The commitment of a sealed value; undefined for anything else. */
export function commitmentOf(value: unknown): string | undefined {
  if (!isPlainObject(value) || !Object.hasOwn(value, SEALED_KEY) || Object.keys(value).length !== 1) return undefined;
  const commitment = value[SEALED_KEY];
  return typeof commitment === 'string' && COMMITMENT.test(commitment) ? commitment : undefined;
}

/** Every sealed field of an event, in the order of its members. What is sealed inside a moved-out payload is not there. */
export function sealedFieldsOf(event: unknown): SealedField[] {
  const fields: SealedField[] = [];
  walk(event, [], (value, path) => {
    const commitment = commitmentOf(value);
    if (commitment !== undefined) fields.push({ pointer: jsonPointer(path), commitment });
  });
  return fields;
}

/**
 * What is wrong with an event that a client sent: it has the reserved key. Were it let through, a reader would take the
 * client's value for a commitment of ours, and a verifier would miss an opening that never was.
 */
export function reservedSealedKey(event: unknown): FieldProblem | undefined {
  let found: FieldProblem | undefined;
  walk(event, [], (value, path) => {
    if (Object.hasOwn(value, SEALED_KEY)) {
      found ??= problem('reserved-shape', jsonPointer([...path, SEALED_KEY]), `The key "${SEALED_KEY}" is reserved.`);
    }
  });
  return found;
}

/** The members of an event that are free JSON. */
interface FreeJson {
  readonly metadata?: unknown;
  readonly request?: unknown;
  readonly response?: unknown;
  readonly changes?: unknown;
}

/**
 * Whether {@link reservedSealedKey} finds something in an event that satisfies the schema: only free JSON can have keys of
 * the client's making, so nothing else is looked at. On the path of every event that is recorded.
 */
export function hasSealedKey(event: FreeJson): boolean {
  const { metadata, request, response, changes } = event;
  return (
    (metadata !== undefined && isInside(metadata, 1)) ||
    (request !== undefined && isInside(request, 1)) ||
    (response !== undefined && isInside(response, 1)) ||
    (changes !== undefined && isInside(changes, 1))
  );
}

function isInside(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null || depth > JSON_MAX_DEPTH_LEVELS) return false;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) if (isInside(value[index], depth + 1)) return true;
    return false;
  }
  for (const key in value) {
    if (key === SEALED_KEY || isInside((value as Record<string, unknown>)[key], depth + 1)) return true;
  }
  return false;
}

/** Visits every object, the outer ones first. Deeper than an entry can be it does not look. */
function walk(
  value: unknown,
  path: (string | number)[],
  visit: (value: Record<string, unknown>, path: readonly (string | number)[]) => void,
): void {
  if (typeof value !== 'object' || value === null || path.length > JSON_MAX_DEPTH_LEVELS) return;
  const isArray = Array.isArray(value);
  if (!isArray) visit(value as Record<string, unknown>, path);
  for (const [key, member] of isArray ? value.entries() : Object.entries(value)) {
    if (typeof member !== 'object' || member === null) continue;
    path.push(key);
    walk(member, path, visit);
    path.pop();
  }
}
