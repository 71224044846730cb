import * as z from 'zod';
import { BLOB_KEY, blobMediaTypes, SHA256_HEX } from './blob-reference.js';
import { BLOB_MAX_BYTES } from './bounds.js';

/** The shape that `isBlobReference` tells by hand, for descriptions and for the schema of events. */
export const blobReferenceSchema = z
  .strictObject({
    [BLOB_KEY]: z.strictObject({
      sha256: z.string().regex(SHA256_HEX).meta({ description: 'SHA-256 of the payload, lower-case hex.' }),
      bytes: z.int().min(0).max(BLOB_MAX_BYTES).meta({ description: 'Size of the payload in bytes.' }),
      media_type: z.enum(blobMediaTypes).meta({
        description: 'application/json: the canonical JSON (RFC 8785) of the value. text/plain: the text as UTF-8.',
      }),
    }),
  })
  .meta({ description: 'Stands where a payload too large for the entry was; the payload is fetched by its hash.' });
