import type { FastifyInstance } from 'fastify';
import type { Services } from '../services.js';
import { registerAnalyticsRoutes } from './analytics/analytics-routes.js';
import { registerAuditEventRoutes } from './audit-event-routes.js';
import { registerFileMonitorRoutes } from './file-monitor-routes.js';
import { registerLogApiRoutes } from './log-api-routes.js';
import { registerUnifiedQueryRoute } from './unified-query-route.js';

/** The interfaces of other systems, over the same service: docs/dialects.md. */
export function registerDialectRoutes(app: FastifyInstance, services: Services): void {
  registerFileMonitorRoutes(app, services);
  registerLogApiRoutes(app, services);
  registerAuditEventRoutes(app, services);
  registerUnifiedQueryRoute(app, services);
  registerAnalyticsRoutes(app, services);
}
