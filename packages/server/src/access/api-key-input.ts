import { z } from 'zod';
import { addressesSchema, labelSchema, scopeShape } from './scope-input.js';

export const MAX_OVERLAP_S = 30 * 86_400;
const DEFAULT_OVERLAP_S = 86_400;

/** What one says of a new API key. */
export const newApiKeySchema = z.strictObject({
  name: labelSchema.describe('What the key is for.'),
  ...scopeShape,
  addresses: addressesSchema.default([]),
  expires_at: z.iso.datetime({ offset: true }).describe('When it ends, RFC 3339; never if absent.').optional(),
});
export type NewApiKey = z.infer<typeof newApiKeySchema>;

/** How a key is rotated. */
export const rotationSchema = z.strictObject({
  overlap_seconds: z
    .int()
    .min(0)
    .max(MAX_OVERLAP_S)
    .describe('How long the earlier secret goes on to count.')
    .default(DEFAULT_OVERLAP_S),
});
