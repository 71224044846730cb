import { z } from 'zod';
import { count, moment, nextPage } from '../reference/answer-scalars.js';

export const erasureAnswerSchema = z.object({
  id: z.string(),
  state: z.enum(['planned', 'held', 'destroying', 'removing', 'certifying', 'done']),
  requested_at: moment,
  requested_by: z.string(),
  reason: z.string().optional(),
  hold: z.string().optional().describe('The hold that forbade it.'),
  keys: count.optional().describe('Keys that it is about.'),
  keys_destroyed_at: moment.optional(),
  entries: count.optional(),
  fields: count.optional(),
  certificate: z.string().optional().describe('The signed note.'),
  done_at: moment.optional(),
});
export const erasuresAnswerSchema = z.object({ erasures: z.array(erasureAnswerSchema), next: nextPage });

const hold = {
  id: z.string(),
  subject: z.string().optional().describe('Whose data is held; absent: everybody’s.'),
  reason: z.string(),
  set_at: moment,
  set_by: z.string(),
};
export const holdAnswerSchema = z.object(hold);
export const newHoldAnswerSchema = z.object({
  ...hold,
  too_late_for: z.array(z.string()).optional().describe('Erasures that had begun before.'),
});
export const holdsAnswerSchema = z.object({ holds: z.array(holdAnswerSchema), next: nextPage });

const opening = z.looseObject({ pointer: z.string() });
export const openingsAnswerSchema = z.object({ index: count, openings: z.array(opening) });
export const openingRangeAnswerSchema = z.object({ openings: z.array(openingsAnswerSchema) });
