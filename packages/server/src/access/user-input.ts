import { z } from 'zod';
import { MAX_PASSWORD_BYTES } from './password.js';
import { labelSchema, scopeShape } from './scope-input.js';

/** A login name: no spaces and no control characters, so that two that look alike are alike. */
export const loginSchema = z
  .string()
  .min(1)
  .max(254)
  .regex(/^[^\s\p{C}]+$/u, 'must have no spaces and no control characters')
  .describe('Name to log in with, such as an e-mail address; unique in the tenant, in any case of its letters.');

/** A password as it comes in; whether it is good enough to be set is asked later. */
export const passwordSchema = z.string().min(1).max(MAX_PASSWORD_BYTES);

const subjectSchema = z
  .string()
  .min(1)
  .max(255)
  .regex(/^\P{C}+$/u)
  .describe('What stands as actor.id in the events of this user; the login name if absent.');

/** What one says of a new user. */
export const newUserSchema = z.strictObject({
  login: loginSchema,
  name: labelSchema.describe('Name of the person.').optional(),
  subject: subjectSchema.optional(),
  password: passwordSchema.describe('Without one, the user cannot log in until it is set.').optional(),
  ...scopeShape,
});
export type NewUser = z.infer<typeof newUserSchema>;

/** What can be changed of a user. What is absent stays; null takes it away. */
export const userChangeSchema = z.strictObject({
  name: labelSchema.nullable().optional(),
  permissions: scopeShape.permissions.unwrap().optional(),
  roles: scopeShape.roles.unwrap().optional(),
  filter: scopeShape.filter.unwrap().nullable().optional(),
  disabled: z.boolean().describe('A disabled user cannot log in, and the sessions are over.').optional(),
});
export type UserChange = z.infer<typeof userChangeSchema>;

/** A password that is set. */
export const newPasswordSchema = z.strictObject({ password: passwordSchema });
