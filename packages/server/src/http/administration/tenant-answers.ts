import { z } from 'zod';
import { planNames } from '../../tenants/plans.js';
import { anyObject, behind, count, moment, nextPage } from '../reference/answer-scalars.js';

const limits = z.object({
  eventsPerDay: count.optional(),
  storageBytes: count.optional(),
  eventsPerSecond: count.optional(),
  requestBytes: count.optional(),
  retentionDays: count.optional(),
  archiveDays: count.optional(),
  queriesAtOnce: count.optional(),
  querySeconds: count.optional(),
  queryRows: count.optional(),
  queryMemoryBytes: count.optional(),
});

export const tenantAnswerSchema = z.object({
  id: z.string(),
  name: z.string().optional(),
  organization: z.string().optional(),
  owner: z.string().optional(),
  plan: z.enum(planNames),
  status: z.enum(['active', 'suspended', 'deleting', 'deleted']),
  limits: limits.optional(),
  settings: anyObject.optional(),
  deletion: z.object({ requested_at: moment, requested_by: z.string(), deleted_at: moment.optional() }).optional(),
  created_at: moment,
  revision: z.int().describe('For If-Match.'),
  effective_limits: limits.describe(
    'Those of the plan and of the tenant, and of queries at most those of the deployment; absent: without limit.',
  ),
});
export const tenantsAnswerSchema = z.object({ tenants: z.array(tenantAnswerSchema), next: nextPage });

const used = z.object({ events: count, bytes: count });
export const usageAnswerSchema = z.object({
  tenant: z.string(),
  by: z.string(),
  total: used,
  usage: z.array(used.extend({ period: z.string().optional(), name: z.string().optional() })),
  behind,
});

export const policyAnswerSchema = z.object({
  tenant: z.string(),
  revision: z.int().describe('For If-Match.'),
  recording: anyObject.describe('Which events are recorded, in force.'),
  detection: anyObject,
  sealing: z.looseObject({ fields: z.array(z.unknown()) }),
  mask_style: z.string(),
  reason_for_personal_data: z.boolean(),
  settings: anyObject.describe('What of it the tenant sets.'),
});

export const keyRotationAnswerSchema = z.object({
  tenant: z.string(),
  subject_keys: count.describe("Persons' keys that were wrapped anew."),
});
