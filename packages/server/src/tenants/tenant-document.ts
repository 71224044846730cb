import { detectionSettingsSchema, maskStyles, policySettingsSchema, sealingPolicySchema } from '@attestlog/event';
import { z } from 'zod';
import { planNames } from './plans.js';

/** Lower case, so that an id is the same in a URL, a registry key and a file name. */
export const TENANT_ID = /^[a-z0-9][a-z0-9_-]{0,62}$/;

const limit = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

/** Limits of one tenant in the place of its plan's. */
export const limitsSchema = z
  .strictObject({
    eventsPerDay: limit.describe('Events that may be recorded in a day (UTC).').optional(),
    storageBytes: limit.describe('Bytes of entries that may be kept.').optional(),
    eventsPerSecond: limit.min(1).describe('Events a second in the long run.').optional(),
    requestBytes: limit.min(1024).describe('Bytes of one request.').optional(),
    retentionDays: z.int().min(1).max(36_500).describe('Days for which events are kept.').optional(),
    archiveDays: z.int().min(1).max(36_500).describe('Days for which archives are kept.').optional(),
    queriesAtOnce: limit.min(1).describe('Queries that run at once; at most those of the deployment.').optional(),
    querySeconds: limit.min(1).describe('Seconds that one query may take.').optional(),
    queryRows: limit.min(1000).describe('Events that one query may look at.').optional(),
    queryMemoryBytes: limit.min(67_108_864).describe('Bytes of memory that one query may use.').optional(),
  })
  .describe('Limits of this tenant in the place of its plan’s.');

export const tenantSettingsSchema = z
  .strictObject({
    readAuditing: z
      .enum(['sessions', 'each'])
      .describe('Whether reads are recorded by session (two events) or each one.')
      .optional(),
    policy: policySettingsSchema.optional(),
    detection: detectionSettingsSchema.optional(),
    sealing: sealingPolicySchema.describe('Which fields are sealed, in the place of the deployment’s.').optional(),
    maskStyle: z
      .enum(maskStyles)
      .describe('How sealed values are shown to those who may not see them; partial if absent.')
      .optional(),
    reasonForPersonalData: z
      .boolean()
      .describe('Whether reading personal data unmasked needs a reason (X-Reason).')
      .optional(),
    addressAllowList: z
      .array(z.string().min(2).max(49))
      .max(256)
      .describe('Addresses and networks (CIDR) from which the tenant may be reached; none: any.')
      .optional(),
  })
  .describe('Settings of the tenant.');
export type TenantSettings = z.infer<typeof tenantSettingsSchema>;

/**
 * Settings for the log. The salt is what nobody may know who could choose an id by it: the log is read by more people than
 * the settings.
 */
export function settingsWithoutSalt<T extends Pick<TenantSettings, 'policy'>>(settings: T): T {
  if (settings.policy === undefined) return settings;
  const { sample_salt: _, ...policy } = settings.policy;
  return { ...settings, policy };
}

const name = z.string().min(1).max(256);

/** What one may say about a tenant. */
export const tenantInputSchema = z.strictObject({
  name: name.describe('Name for people.').optional(),
  organization: name.describe('Organization that it belongs to.').optional(),
  owner: name.describe('Who answers for it: a user id or an address.').optional(),
  plan: z.enum(planNames).describe('Its plan, which sets its limits.').optional(),
  status: z.enum(['active', 'suspended']).describe('A suspended tenant is read, and records nothing new.').optional(),
  limits: limitsSchema.optional(),
  settings: tenantSettingsSchema.optional(),
});
export type TenantInput = z.infer<typeof tenantInputSchema>;

export type TenantStatus = 'active' | 'suspended' | 'deleting' | 'deleted';

export interface DeletionRequest {
  /** RFC 3339, UTC. */
  requested_at: string;
  /** Id of the principal. */
  requested_by: string;
  deleted_at?: string;
}

/** A tenant's document in the registry. */
export interface TenantDocument extends Omit<TenantInput, 'status'> {
  /** RFC 3339, UTC. */
  created_at: string;
  /** Absent: active. */
  status?: TenantStatus | undefined;
  deletion?: DeletionRequest;
}

/**
 * `tenant-{organization}-{random}`: the organization in lower-case letters, digits and hyphens, cut to what an id holds.
 *
 * @param random 6 random bytes
 */
export function tenantIdFor(organization: string, random: Uint8Array): string {
  const words = organization
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40)
    .replace(/-+$/, '');
  return ['tenant', ...(words === '' ? [] : [words]), Buffer.from(random).toString('hex')].join('-');
}

export function tenantKey(tenant: string): string {
  return `tenant.${tenant}`;
}

export const TENANT_PREFIX = 'tenant.';
