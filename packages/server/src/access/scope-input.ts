import { z } from 'zod';
import { AddressList, MAX_ADDRESS_RANGES } from './address-list.js';
import { MAX_FILTER_CHARS } from './grants.js';
import { isPermission, permissions } from './permissions.js';
import { ROLE_NAME } from './role-document.js';

export const MAX_ROLES = 32;

/** What a key or a user may do, as one says it: the same for both. */
export const scopeShape = {
  permissions: z
    .array(z.string().refine(isPermission, { error: 'There is no such permission.' }))
    .max(Object.keys(permissions).length)
    .describe('Permissions beside those of the roles, as resource:action.')
    .default([]),
  roles: z
    .array(z.string().regex(ROLE_NAME, 'is not the name of a role'))
    .max(MAX_ROLES)
    .describe('Roles of the tenant or of the deployment.')
    .default([]),
  filter: z
    .string()
    .min(1)
    .max(MAX_FILTER_CHARS)
    .describe('Only events that this filter finds may be read, in the search syntax.')
    .optional(),
} as const;

/** Addresses and ranges from which a credential may be used. */
export const addressesSchema = z
  .array(z.string().max(64))
  .max(MAX_ADDRESS_RANGES)
  .superRefine((texts, context) => {
    const read = AddressList.parse(texts);
    if (!read.ok) context.addIssue({ code: 'custom', message: read.problem });
  })
  .describe('IP addresses and ranges (CIDR) from which it may be used; from everywhere if empty.');

/** A name that a person gives to something: one line. */
export const labelSchema = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[^\p{Cc}\p{Zl}\p{Zp}]*$/u, 'must be one line');
