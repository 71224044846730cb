import { z } from 'zod';
import { moment, nextPage } from '../reference/answer-scalars.js';

export const userAnswerSchema = z.object({
  id: z.string(),
  tenant: z.string().nullable().describe('Null: of the deployment.'),
  login: z.string(),
  name: z.string().optional(),
  subject: z.string().describe('The actor id in the events of this user: what @me means.'),
  permissions: z.array(z.string()),
  roles: z.array(z.string()),
  filter: z.string().optional(),
  disabled_at: moment.optional(),
  has_password: z.boolean(),
  created_at: moment,
  created_by: z.string(),
  updated_at: moment,
});
export const usersAnswerSchema = z.object({ users: z.array(userAnswerSchema), next: nextPage });

export const userPermissionsAnswerSchema = z.object({
  user: z.string(),
  module: z.string(),
  permissions: z.array(z.string()),
});
