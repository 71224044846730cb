import { z } from 'zod';
import { count } from '../reference/answer-scalars.js';

const proof = {
  index: count.optional().describe('Its place in the log, with ?wait=sealed.'),
  receipt: z.string().optional().describe('The proof that it is there (C2SP tlog-proof), with ?wait=sealed.'),
};

/** What became of one event. */
export const storedAnswerSchema = z.object({ id: z.string(), position: count, duplicate: z.boolean(), ...proof });
/** Of one that was not recorded, since the policy leaves it out, the reason; of one that was recorded before, as {@link storedAnswerSchema}. */
export const knownAnswerSchema = z.union([
  storedAnswerSchema,
  z.object({ id: z.string().optional(), left_out: z.string().describe('Why the policy leaves it out.') }),
]);

const item = z.looseObject({
  id: z.string().nullable().optional(),
  status: z.enum(['stored', 'duplicate', 'conflict', 'refused', 'left_out']),
  ...proof,
});

/** What became of a batch. */
export const batchAnswerSchema = z.object({
  stored: count,
  duplicates: count,
  conflicts: count,
  refused: count,
  left_out: count,
  results: z.array(item).describe('In the order of the events.'),
});
