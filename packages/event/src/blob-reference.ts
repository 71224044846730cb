import * as z from 'zod';
import { BLOB_MAX_BYTES } from './bounds.js';
import { isPlainObject } from './json-value.js';

/** The one key of a reference. The fields that can hold a reference refuse client data that has it at the top. */
export const BLOB_KEY = '$blob';

export const blobReferenceSchema = z
  .strictObject({
    [BLOB_KEY]: z.strictObject({
      sha256: z
        .string()
        .regex(/^[0-9a-f]{64}$/)
        .meta({ description: 'SHA-256 of the payload, lower-case hex.' }),
      bytes: z.int().min(0).max(BLOB_MAX_BYTES).meta({ description: 'Size of the payload in bytes.' }),
      media_type: z.enum(['application/json', 'text/plain']).meta({
        description: 'application/json: the canonical JSON (RFC 8785) of the value. text/plain: the text as UTF-8.',
      }),
    }),
  })
  .meta({ description: 'Stands where a payload too large for the entry was; the payload is fetched by its hash.' });

/**
 * Stands in an entry where a payload was moved out. Only the server writes it: a client that sends an object with the
 * key `$blob` at the top of `request` or `response` is refused (`reserved-shape`), `changes` takes no keys but `before`
 * and `after`, and `file.diff` is a text. So whoever reads an entry can trust the shape.
 */
export type BlobReference = z.infer<typeof blobReferenceSchema>;

/** Whether a value has the reserved shape, well-formed or not. */
export function hasBlobKey(value: unknown): boolean {
  return isPlainObject(value) && Object.hasOwn(value, BLOB_KEY);
}

export function isBlobReference(value: unknown): value is BlobReference {
  return hasBlobKey(value) && blobReferenceSchema.safeParse(value).success;
}
