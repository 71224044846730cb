import { z } from 'zod';
import { TENANT_ID } from '../tenants/tenant-document.js';
import { MAX_TOKEN_CHARS } from './unverified-jwt.js';
import { loginSchema, passwordSchema } from './user-input.js';

const tenant = z
  .string()
  .regex(TENANT_ID, 'is not a tenant id')
  .describe('Tenant of the user; absent for a user of the deployment.')
  .optional();

/** What one shows to get tokens. */
export const tokenGrantSchema = z.discriminatedUnion('grant_type', [
  z.strictObject({ grant_type: z.literal('password'), tenant, login: loginSchema, password: passwordSchema }),
  z.strictObject({ grant_type: z.literal('api_key'), api_key: z.string().min(1).max(256) }),
  z.strictObject({ grant_type: z.literal('refresh_token'), refresh_token: z.string().min(1).max(256) }),
]);
export type TokenGrant = z.output<typeof tokenGrantSchema>;

/** The change of one's own password. */
export const ownPasswordSchema = z.strictObject({
  tenant,
  login: loginSchema,
  password: passwordSchema.describe('The password until now.'),
  new_password: passwordSchema,
});

/** A token that is to count no more; the caller has it. */
export const tokenSchema = z.strictObject({
  token: z.string().min(1).max(MAX_TOKEN_CHARS).describe('A refresh token or an access token.'),
});

/** Whose tokens are to count no more. */
export const revocationSchema = z.strictObject({
  principal: z
    .string()
    .regex(/^external:[a-z0-9-]{1,32}:\P{C}{1,255}$/u, 'must be external:ISSUER:SUBJECT')
    .describe(
      'A principal of another issuer, as its events name it. Sessions of users: DELETE /api/v1/users/{id}/sessions.',
    ),
});
