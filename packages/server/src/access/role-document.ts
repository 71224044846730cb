import { z } from 'zod';
import { grantSchema, MAX_GRANTS } from './grants.js';

/** Name of a role; lower case, so that it is the same in a URL and in a registry key. */
export const ROLE_NAME = /^[a-z0-9][a-z0-9_-]{0,62}$/;

export const MAX_INHERITED = 16;
/** How many roles may stand one above the other. */
export const MAX_ROLE_DEPTH = 8;
export const MAX_ROLES_PER_SCOPE = 200;

const roleName = z
  .string()
  .regex(ROLE_NAME, 'must be 1 to 63 lower-case letters, digits, "-" and "_", beginning with a letter or a digit');

/** What one may say about a role. */
export const roleInputSchema = z.strictObject({
  description: z.string().max(512).describe('What the role is for.').optional(),
  inherits: z.array(roleName).max(MAX_INHERITED).describe('Roles whose grants it has too.').optional(),
  grants: z.array(grantSchema).max(MAX_GRANTS).describe('What it gives beside those.').optional(),
});
export type RoleInput = z.infer<typeof roleInputSchema>;

/** A role as it is made: under a name, perhaps from a template. */
export const newRoleSchema = roleInputSchema.extend({
  name: roleName.describe('Its name, which stays.'),
  template: z.string().max(64).describe('Template whose grants it gets in the place of its own.').optional(),
  parameters: z
    .record(z.string().max(64), z.string().min(1).max(128))
    .describe('Values for the parameters of the template.')
    .optional(),
});
export type NewRole = z.infer<typeof newRoleSchema>;

/** A role's document in the registry. */
export interface RoleDocument extends RoleInput {
  /** The template that it was made from. */
  template?: string;
  /** RFC 3339, UTC. */
  created_at: string;
  updated_at: string;
}

/** Whose roles: a tenant's, or with undefined the deployment's, which the principals of every tenant may have too. */
export type RoleScope = string | undefined;

export const ROLE_PREFIX = 'role.';

/** No tenant's id begins with `_`. */
export function scopePrefix(scope: RoleScope): string {
  return `${ROLE_PREFIX}${scope ?? '_system'}.`;
}

export function roleKey(scope: RoleScope, name: string): string {
  return scopePrefix(scope) + name;
}
