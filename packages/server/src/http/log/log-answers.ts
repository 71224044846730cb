import { z } from 'zod';
import { behind, count } from '../reference/answer-scalars.js';

const hash = z.string().describe('32 bytes, base64.');

export const logAnswerSchema = z.object({
  tenant: z.string(),
  origin: z.string().describe('The name of the log in its checkpoints.'),
  size: count,
  root: hash,
  checkpoint: z.string().describe('The signed note (C2SP tlog-checkpoint).'),
  keys: z.array(z.string()).describe('Verifier keys, the newest first.'),
  behind,
});
export const consistencyAnswerSchema = z.object({ from: count, to: count, proof: z.array(hash) });

export const aliveAnswerSchema = z.object({ status: z.literal('ok') });
export const readinessAnswerSchema = z.object({
  status: z.enum(['ready', 'not ready']),
  troubles: z.array(z.object({ part: z.string(), detail: z.string().optional() })),
});
