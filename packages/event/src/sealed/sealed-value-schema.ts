import * as z from 'zod';
import { COMMITMENT, SEALED_KEY } from './sealed-value.js';

export const sealedValueSchema = z
  .strictObject({
    [SEALED_KEY]: z
      .string()
      .regex(COMMITMENT)
      .meta({ description: 'SHA-256 of a salt and the canonical JSON (RFC 8785) of the value, lower-case hex.' }),
  })
  .meta({ description: 'Stands where a personal value was sealed; the value lies encrypted beside the entry.' });
