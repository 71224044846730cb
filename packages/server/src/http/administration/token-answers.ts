import { z } from 'zod';
import { moment } from '../reference/answer-scalars.js';

export const tokensAnswerSchema = z.looseObject({
  access_token: z.string(),
  token_type: z.literal('Bearer'),
  expires_in: z.int().describe('Seconds.'),
  refresh_token: z.string().optional().describe('Good once.'),
  refresh_expires_in: z.int().optional().describe('Seconds.'),
});

export const signingKeyAnswerSchema = z.object({ kid: z.string(), created_at: moment, signs_from: moment });
export const signingKeysAnswerSchema = z.object({ keys: z.array(signingKeyAnswerSchema) });
export const jwksAnswerSchema = z.object({ keys: z.array(z.looseObject({ kty: z.string(), kid: z.string() })) });
