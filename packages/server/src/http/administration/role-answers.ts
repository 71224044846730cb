import { z } from 'zod';
import { moment } from '../reference/answer-scalars.js';

const grant = z
  .object({
    permissions: z.array(z.string()),
    tenants: z.enum(['own', 'all']),
    modules: z.array(z.string()).optional(),
    resources: z.array(z.string()).optional(),
    own: z.literal(true).optional(),
    filter: z.string().optional(),
  })
  .describe('What is allowed, and for which events.');

const shape = {
  name: z.string(),
  scope: z.enum(['builtin', 'deployment', 'tenant']),
  description: z.string().optional(),
  template: z.string().optional(),
  inherits: z.array(z.string()),
  grants: z.array(grant),
  created_at: moment.optional(),
  updated_at: moment.optional(),
  revision: z.int().optional().describe('For If-Match; built-in roles have none.'),
};

export const roleAnswerSchema = z.object(shape);
export const rolesAnswerSchema = z.object({ roles: z.array(roleAnswerSchema) });
export const oneRoleAnswerSchema = z.object({
  ...shape,
  effective: z.array(grant).describe('What it gives with all that it inherits.'),
});
export const roleTemplatesAnswerSchema = z.object({
  templates: z.array(z.looseObject({ name: z.string(), description: z.string() })),
});
export const permissionsAnswerSchema = z.object({
  permissions: z.array(
    z.object({
      name: z.string(),
      description: z.string(),
      conditions: z.boolean().describe('Whether a grant of it can be for some events only.'),
    }),
  ),
});
export const modulePermissionsAnswerSchema = z.object({
  module: z.string(),
  roles: z.record(z.string(), z.array(z.string())).describe('By role: what it gives in the module.'),
});
