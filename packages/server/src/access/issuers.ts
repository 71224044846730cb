import { createPublicKey } from 'node:crypto';
import { parseJson } from '@attestlog/event';
import type { JWK } from 'jose';
import { z } from 'zod';
import { TENANT_ID } from '../tenants/tenant-document.js';
import { ROLE_NAME } from './role-document.js';

/** What may sign a token. Nothing symmetric: who can verify such a token can make it. */
export const algorithms = ['RS256', 'ES256', 'EdDSA'] as const;

export const MAX_ISSUERS = 64;
export const MAX_JWKS_KEYS = 64;

const text = z.string().min(1).max(512);

const url = z.url().refine((value) => {
  const { protocol, hostname } = new URL(value);
  return protocol === 'https:' || (protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname));
}, 'must begin with https://');

/** A public key: as a JWK (RFC 7517), or as PEM. */
const publicKey = z.union([
  z
    .looseObject({ kty: z.enum(['RSA', 'EC', 'OKP']), kid: z.string().max(256).optional() })
    .refine((key) => !('d' in key), 'is a private key; only its public part belongs here'),
  z
    .strictObject({ pem: z.string().max(16_384), kid: z.string().max(256).optional() })
    .transform(({ pem, kid }, context) => jwkOfPem(pem, kid, context)),
]);

/** The name of a claim; or, from a slash on, a JSON pointer (RFC 6901) to a claim within another one. */
const claim = z.string().min(1).max(128);

const issuerSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'must be lower-case letters, digits and "-"')
      .describe('Our name for the issuer. It stands in the ids of its principals, so it stays.'),
    issuer: text.describe('The claim "iss" of its tokens, exactly.'),
    audience: z.array(text).min(1).max(16).describe('The claim "aud" must have one of these.'),
    jwks_url: url.describe('Where its keys are; or else "keys".').optional(),
    keys: z.array(publicKey).min(1).max(MAX_JWKS_KEYS).describe('Its keys; or else "jwks_url".').optional(),
    algorithms: z
      .array(z.enum(algorithms))
      .min(1)
      .default([...algorithms]),
    clock_skew_seconds: z.int().min(0).max(300).default(30),
    claims: z
      .strictObject({
        subject: claim.default('sub'),
        tenant: claim.default('tenant_id'),
        roles: claim.default('roles'),
        permissions: claim.default('permissions'),
      })
      .prefault({})
      .describe('Names of the claims; "/a/b" is claim b within claim a.'),
    tenants: z
      .union([z.literal('any'), z.array(z.string().regex(TENANT_ID, 'is not a tenant id')).min(1).max(1000)])
      .describe('The tenants for which it may speak, or "any".'),
    role_names: z
      .record(z.string().max(128), z.string().regex(ROLE_NAME, 'is not the name of a role'))
      .default({})
      .describe('Our role for each role of its own; others are taken by their name.'),
    allow_roles: z
      .array(z.string().regex(ROLE_NAME, 'is not the name of a role'))
      .describe(
        'The roles that its tokens can give. If absent: all; but where "tenants" is a list, only built-in ones that stay within a tenant.',
      )
      .optional(),
  })
  .refine((issuer) => (issuer.jwks_url === undefined) !== (issuer.keys === undefined), {
    error: 'needs either "jwks_url" or "keys"',
  });

/** An issuer of tokens that are not ours, as an operator configures it. */
export type IssuerConfiguration = z.output<typeof issuerSchema>;

/** The file of the setting `issuers`. */
export const issuersFileSchema = z.strictObject({
  issuers: z
    .array(issuerSchema)
    .max(MAX_ISSUERS)
    .refine((list) => areUnique(list.map(({ name }) => name)), 'two issuers have the same name')
    .refine((list) => areUnique(list.map(({ issuer }) => issuer)), 'two issuers have the same "issuer"'),
});

export type IssuersResult = { ok: true; issuers: IssuerConfiguration[] } | { ok: false; problems: string[] };

/** Reads the issuers file. */
export function readIssuers(file: string): IssuersResult {
  const parsed = parseJson(file);
  if (parsed.error !== undefined) return { ok: false, problems: [parsed.error.message] };
  const result = issuersFileSchema.safeParse(parsed.value);
  if (result.success) return { ok: true, issuers: result.data.issuers };
  return { ok: false, problems: result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) };
}

function areUnique(values: readonly string[]): boolean {
  return new Set(values).size === values.length;
}

function jwkOfPem(pem: string, kid: string | undefined, context: z.core.$RefinementCtx): JWK {
  try {
    if (pem.includes('PRIVATE')) throw new Error('it is a private key; only its public part belongs here');
    const jwk = createPublicKey(pem).export({ format: 'jwk' }) as JWK;
    return { ...jwk, ...(kid === undefined ? {} : { kid }) };
  } catch (error) {
    context.issues.push({ code: 'custom', input: undefined, message: `is no public key: ${(error as Error).message}` });
    return z.NEVER;
  }
}
