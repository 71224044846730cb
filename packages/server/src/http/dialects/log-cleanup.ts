import {
  allOf,
  anyOf,
  type Filter,
  filterBounds,
  formatNs,
  mergePolicy,
  negate,
  type Policy,
  type PolicySettings,
} from '@attestlog/event';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { ReadOptions } from '../../ports/read-options.js';
import type { HoldDocument } from '../../privacy/erasure/hold-document.js';
import { tenantOf } from '../access/tenant-of.js';
import type { Services } from '../services.js';
import { has, is } from './asked-conditions.js';
import { numberIn } from './counted.js';

export type CleanupServices = Pick<Services, 'aggregates' | 'tenants' | 'privacy' | 'nowMs' | 'deploymentPolicy'>;

const NS_PER_DAY = 86_400_000_000_000n;
/** Own periods of events that are told apart; events with further ones are not counted. */
const MAX_PERIODS = 50;
const MAX_HOLDS = 1000;
const PERSON_FIELDS = ['actor.id', 'actor.on_behalf_of.id', 'actor.name', 'actor.email'];

export const cleanupSchema = z.object({
  dry_run: z.literal(true).describe('Nothing is removed.'),
  retention_days: z.number().describe('Of the tenant’s policy, for events that say nothing else.'),
  cleanup_enabled: z.boolean().describe('Whether the policy lets anything be removed.'),
  would_remove: z
    .number()
    .describe('Entries past their period that no hold keeps; at most so many where holds name persons.'),
  by_period: z.array(z.object({ retention_days: z.number(), older_than: z.string(), entries: z.number() })),
  holds: z.object({ whole_tenant: z.boolean(), persons: z.number() }).describe('Legal holds in force.'),
});
export type CleanupPreview = z.infer<typeof cleanupSchema>;

/**
 * What a cleanup by the tenant's policy would remove now. A hold on the tenant keeps everything; of one on a person,
 * what is known by their id, name or e-mail address is left out here.
 */
export async function previewCleanup(
  request: FastifyRequest,
  services: CleanupServices,
  options: ReadOptions,
): Promise<CleanupPreview> {
  const policy = policyOf((await tenantOf(request, services)).document.settings?.policy, services);
  const holds = await services.privacy.holds.list(request.tenant, { limit: MAX_HOLDS });
  const persons = holds.filter(({ subject }) => subject !== undefined);
  const isHeld = persons.length < holds.length || holds.length === MAX_HOLDS;
  const removes = policy.cleanup_enabled && !isHeld;
  const periods = removes
    ? await expired(request.tenant, policy.retention_days, notOf(persons), services, options)
    : [];
  return {
    dry_run: true,
    retention_days: policy.retention_days,
    cleanup_enabled: policy.cleanup_enabled,
    would_remove: periods.reduce((sum, { entries }) => sum + entries, 0),
    by_period: periods,
    holds: { whole_tenant: isHeld, persons: persons.length },
  };
}

function policyOf(settings: object | undefined, { deploymentPolicy }: CleanupServices): Policy {
  return mergePolicy(deploymentPolicy.recording, (settings ?? {}) as PolicySettings);
}

function notOf(holds: readonly HoldDocument[]): Filter {
  const subjects = holds.flatMap(({ subject }) => (subject === undefined ? [] : [subject]));
  const groups: string[][] = [];
  for (let at = 0; at < subjects.length; at += filterBounds.FILTER_LIST_MAX_ITEMS) {
    groups.push(subjects.slice(at, at + filterBounds.FILTER_LIST_MAX_ITEMS));
  }
  return negate(anyOf(...groups.flatMap((group) => PERSON_FIELDS.map((field) => is('subject', field, group)))));
}

async function expired(
  tenant: string,
  usualDays: number,
  notHeld: Filter,
  { aggregates, nowMs }: CleanupServices,
  options: ReadOptions,
): Promise<CleanupPreview['by_period']> {
  const now = BigInt(nowMs()) * 1_000_000n;
  const ofPeriod = async (days: number, which: Filter) => {
    const olderThan = formatNs(now - BigInt(days) * NS_PER_DAY);
    const past: Filter = { op: 'range', field: 'time', lt: olderThan };
    const { rows } = await aggregates.run(tenant, { filter: allOf(notHeld, which, past) }, {}, options);
    return { retention_days: days, older_than: olderThan, entries: numberIn(rows[0]!, 'count') };
  };
  const own = await aggregates.run(
    tenant,
    { filter: has('retention_days'), groupBy: ['retention_days'], limit: MAX_PERIODS },
    {},
    options,
  );
  const periods = [await ofPeriod(usualDays, negate(has('retention_days')))];
  for (const { group } of own.rows) {
    const days = group.retention_days ?? '';
    periods.push(await ofPeriod(Number(days), is('retention_days', 'retention_days', [days])));
  }
  return periods.filter(({ entries }) => entries > 0);
}
