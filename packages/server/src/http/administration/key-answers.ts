import { z } from 'zod';
import { moment, nextPage } from '../reference/answer-scalars.js';

const shape = {
  id: z.string(),
  tenant: z.string().nullable().describe('Null: of the deployment.'),
  name: z.string(),
  permissions: z.array(z.string()),
  roles: z.array(z.string()),
  filter: z.string().optional(),
  addresses: z.array(z.string()).describe('From where it may be used; empty: from everywhere.'),
  secrets: z.array(z.object({ created_at: moment, until: moment.optional() })).describe('When they were made.'),
  created_at: moment,
  created_by: z.string(),
  expires_at: moment.optional(),
  revoked_at: moment.optional(),
  revoked_by: z.string().optional(),
  last_used_at: moment.optional(),
};

export const keyAnswerSchema = z.object(shape);
/** With the key itself, which is shown this once. */
export const newKeyAnswerSchema = z.object({ key: z.string().describe('The key, shown this once.'), ...shape });
export const keysAnswerSchema = z.object({ keys: z.array(keyAnswerSchema), next: nextPage });
