import fc from 'fast-check';
import { expect, it } from 'vitest';
import { BLOB_KEY, isBlobReference } from './blob-reference.js';
import { blobReferenceSchema } from './blob-reference-schema.js';
import { BLOB_MAX_BYTES } from './bounds.js';

const HASH = 'a'.repeat(64);

it('is what its schema takes, and nothing else', () => {
  const blob = fc.record(
    {
      sha256: fc.constantFrom<unknown>(HASH, HASH.slice(1), HASH.toUpperCase(), 7),
      bytes: fc.constantFrom<unknown>(0, 1, BLOB_MAX_BYTES, BLOB_MAX_BYTES + 1, -1, 0.5, '1'),
      media_type: fc.constantFrom<unknown>('application/json', 'text/plain', 'text/html', null),
      more: fc.constantFrom(1),
    },
    { requiredKeys: [] },
  );
  const value = fc.oneof(
    fc.anything(),
    fc.record({ [BLOB_KEY]: fc.oneof(blob, fc.anything()), more: fc.constant(1) }, { requiredKeys: [BLOB_KEY] }),
  );
  fc.assert(
    fc.property(value, (one) => {
      expect(isBlobReference(one)).toBe(blobReferenceSchema.safeParse(one).success);
    }),
    { numRuns: 1_000, examples: [[{ [BLOB_KEY]: { sha256: HASH, bytes: 1, media_type: 'text/plain' } }]] },
  );
});
