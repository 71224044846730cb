import { BLOB_MAX_BYTES } from './bounds.js';
import { isPlainObject } from './json-value.js';

/** The one key of a reference. The fields that can hold a reference refuse client data that has it at the top. */
export const BLOB_KEY = '$blob';

/**
 * Stands in an entry where a payload was moved out. Only the server writes it: a client that sends an object with the
 * key `$blob` at the top of `request` or `response` is refused (`reserved-shape`), `changes` takes no keys but `before`
 * and `after`, and `file.diff` is a text. So whoever reads an entry can trust the shape.
 */
export interface BlobReference {
  [BLOB_KEY]: { sha256: string; bytes: number; media_type: BlobMediaType };
}

export const blobMediaTypes = ['application/json', 'text/plain'] as const;
export type BlobMediaType = (typeof blobMediaTypes)[number];

export const SHA256_HEX = /^[0-9a-f]{64}$/;

/** Whether a value has the reserved shape, well-formed or not. */
export function hasBlobKey(value: unknown): boolean {
  return isPlainObject(value) && Object.hasOwn(value, BLOB_KEY);
}

export function isBlobReference(value: unknown): value is BlobReference {
  if (!isPlainObject(value) || !Object.hasOwn(value, BLOB_KEY) || Object.keys(value).length !== 1) return false;
  const blob = value[BLOB_KEY];
  if (!isPlainObject(blob) || Object.keys(blob).length !== 3) return false;
  const { sha256, bytes, media_type } = blob;
  return (
    typeof sha256 === 'string' &&
    SHA256_HEX.test(sha256) &&
    Number.isInteger(bytes) &&
    (bytes as number) >= 0 &&
    (bytes as number) <= BLOB_MAX_BYTES &&
    blobMediaTypes.some((type) => type === media_type)
  );
}

/**
 * The payloads that an entry refers to: in the places where only the server writes references.
 * @param event an entry as parsed JSON; whatever is none refers to nothing
 */
export function blobReferencesOf(event: unknown): BlobReference[] {
  if (!isPlainObject(event)) return [];
  const { changes, request, response, file } = event;
  const diff = isPlainObject(file) ? file.diff : undefined;
  return [changes, request, response, diff].filter(isBlobReference);
}
