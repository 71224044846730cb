import { allOf, anyOf, type Filter, parseFilter, severities, severityOf } from '@attestlog/event';
import { isTimeZone } from '@attestlog/questions';
import { z } from 'zod';
import { Problem } from '../../../errors.js';
import { TENANT_ID } from '../../../tenants/tenant-document.js';
import { wholeNumber } from '../../parameters.js';
import { is } from '../asked-conditions.js';

const MAX_DAYS = 200;
export const DEFAULT_DAYS = 30;

/** The parameters of every report. */
export const analyticsParameters = {
  tenant_id: z
    .string()
    .regex(TENANT_ID)
    .optional()
    .describe('The tenant; another one than the credential’s for those who may read there.'),
  days: wholeNumber(1, MAX_DAYS).optional().describe(`How many days back from now; ${DEFAULT_DAYS} if absent.`),
  time_zone: z
    .string()
    .max(64)
    .refine(isTimeZone, { error: 'Not a time zone such as Europe/Berlin or UTC.' })
    .optional()
    .describe('Where days begin and hours are told; UTC if absent.'),
  module: z
    .string()
    .max(1024)
    .optional()
    .describe('Only events of a module: of this source.service, or of this category.'),
  user_id: z.string().max(1024).optional().describe('Only what this user did.'),
  severity: z
    .string()
    .max(64)
    .optional()
    .describe('Only events of this severity or more: low, medium, high, critical, or one of ours.'),
};

export const analyticsQuery = z.object(analyticsParameters);
export type AnalyticsQuery = z.output<typeof analyticsQuery>;

/** What a report is about: the same for each of its queries. */
export interface ReportScope {
  filter: Filter;
  from: string;
  to: string;
  timeZone: string;
}

/** @throws Problem `query-invalid` */
export function scopeOf(query: AnalyticsQuery, nowMs: number): ReportScope {
  const { days = DEFAULT_DAYS, time_zone: timeZone = 'UTC' } = query;
  return {
    filter: filterOfReport(query),
    from: new Date(nowMs - days * 86_400_000).toISOString(),
    to: new Date(nowMs).toISOString(),
    timeZone,
  };
}

export function filterOfReport({
  module,
  user_id: user,
  severity,
}: Pick<AnalyticsQuery, 'module' | 'user_id' | 'severity'>): Filter {
  return allOf(
    module === undefined ? ALWAYS : ofModule(module),
    user === undefined ? ALWAYS : is('user_id', 'actor.id', [user]),
    severity === undefined ? ALWAYS : atLeast(severity),
  );
}

const ALWAYS: Filter = { op: 'always' };

/** As the roles of modules understand it. */
export function ofModule(module: string): Filter {
  return anyOf(is('module', 'source.service', [module]), is('module', 'category', [module]));
}

function atLeast(severity: string): Filter {
  const least = severityOf(severity);
  if (least === undefined)
    throw new Problem('query-invalid', { detail: `"severity" is one of low, medium, high, ${severities.join(', ')}.` });
  return is('severity', 'severity', severities.slice(severities.indexOf(least)));
}

/** A filter that is part of the code. @throws RangeError when it is none */
export function fixedFilter(text: string): Filter {
  const { filter, problem } = parseFilter(text);
  if (filter === undefined) throw new RangeError(problem.message);
  return filter;
}

export const LOGINS = fixedFilter('operation:login OR action:(*login*,*sign_in*)');
export const FAILED = fixedFilter('outcome:(failure,denied)');
export const PERMISSION_CHANGES = fixedFilter('operation:(grant,revoke) OR action:(*role*.*,*permission*.*)');
