import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { GuardedAccess } from '../../access/access-declaration.js';
import { readQuery } from '../../parameters.js';
import { describeRoute } from '../../reference/openapi.js';
import type { Services } from '../../services.js';
import { type Count, type CountingServices, counted } from '../counted.js';
import { turnToTenant } from '../named-tenant.js';
import { QUERY_PROBLEMS } from '../route-problems.js';
import { analyticsQuery, type ReportScope, scopeOf } from './analytics-query.js';
import { loginPatterns } from './login-patterns.js';
import { permissionUsage } from './permission-usage.js';
import { securityTrends } from './security-trends.js';
import { userBehavior } from './user-behavior.js';

const READ: GuardedAccess = { permission: 'events:read', of: 'tenant' };

/** Each report by the end of its path. */
const reports: Readonly<
  Record<string, { summary: string; make: (count: Count, scope: ReportScope) => Promise<object> }>
> = {
  'login-patterns': { summary: 'Who logs in when, and where it fails', make: loginPatterns },
  'permission-usage': { summary: 'Which permissions are used, refused and changed', make: permissionUsage },
  'user-behavior': { summary: 'What a user does, and when', make: userBehavior },
  'security-trends': { summary: 'What matters to security, day by day', make: securityTrends },
};

const answer = z.looseObject({
  tenant_id: z.string(),
  from: z.string(),
  to: z.string(),
  time_zone: z.string(),
});

/** `/api/audit/analytics`: reports over the events that the caller may read. */
export function registerAnalyticsRoutes(
  app: FastifyInstance,
  services: CountingServices & Pick<Services, 'nowMs'>,
): void {
  for (const [name, { summary, make }] of Object.entries(reports)) {
    app.get(
      `/api/audit/analytics/${name}`,
      {
        config: { access: READ },
        schema: describeRoute(summary, {
          problems: QUERY_PROBLEMS,
          query: analyticsQuery,
          answers: { 200: { description: 'The report; docs/dialects.md lists its members.', schema: answer } },
        }),
      },
      async (request, reply) => {
        const query = readQuery(analyticsQuery, request.query);
        await turnToTenant(request, query.tenant_id, READ.permission, services);
        const scope = scopeOf(query, services.nowMs());
        const report = await counted(request, reply, services, (count) => make(count, scope));
        const { from, to, timeZone } = scope;
        return reply.send({ tenant_id: request.tenant, from, to, time_zone: timeZone, ...report });
      },
    );
  }
}
