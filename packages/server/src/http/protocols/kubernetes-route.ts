import { isPlainObject, kubernetesDialect } from '@attestlog/event';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { Problem } from '../../errors.js';
import { type AuditItem, recordAuditEvents } from '../../protocols/kubernetes/audit-events.js';
import type { GuardedAccess } from '../access/access-declaration.js';
import { RECORDING_PROBLEMS } from '../dialects/route-problems.js';
import { countStatuses } from '../events/event-routes.js';
import { bodySchema, describeRoute } from '../reference/openapi.js';
import type { Services } from '../services.js';
import { foreignDocument, textOf } from './foreign-document.js';
import { rawBody } from './raw-body.js';

const WRITE: GuardedAccess = { permission: 'events:write', of: 'tenant' };
/** An API server sends 400 in a list unless it is told otherwise. */
const MAX_ITEMS = 10_000;

const eventList = z.looseObject({
  kind: z.literal('EventList').optional(),
  apiVersion: z.string().optional(),
  items: z.array(z.looseObject({})),
});
const answer = z.object({
  stored: z.number(),
  duplicates: z.number(),
  left_out: z.number(),
  refused: z.number(),
  conflicts: z.number(),
  unmapped: z.number().describe('Of these, items that were recorded as what they are, since they are no audit events.'),
});

/** `POST /api/v1/kubernetes/audit`: the audit webhook of Kubernetes, an EventList of audit.k8s.io. */
export function registerKubernetesRoute(scope: FastifyInstance, services: Services): void {
  scope.post(
    '/api/v1/kubernetes/audit',
    {
      config: { access: WRITE },
      schema: describeRoute('Record audit events of Kubernetes, as its webhook backend sends them', {
        body: bodySchema(eventList),
        answers: {
          200: {
            description: 'Everything is on record.',
            schema: answer,
            example: { stored: 2, duplicates: 0, left_out: 0, refused: 0, conflicts: 0, unmapped: 0 },
          },
        },
        problems: [...RECORDING_PROBLEMS, 'batch-too-long'],
      }),
    },
    async (request) => {
      const body = await rawBody(request, services.limits);
      const items = itemsOf(body);
      const { results, unmapped } = await recordAuditEvents(request.tenant, items, services.intake);
      services.metrics.countResults(results);
      return { ...countStatuses(results), unmapped };
    },
  );
}

/** @throws Problem `body-not-json`, `batch-too-long` */
function itemsOf(body: Buffer): AuditItem[] {
  const { value, record } = foreignDocument(textOf(body));
  // An empty list of the API server's has null for its items.
  if (isPlainObject(value) && value.items === null) return [];
  const items = kubernetesDialect.recordsOf(value);
  if (items.length > MAX_ITEMS) throw new Problem('batch-too-long', { detail: `At most ${MAX_ITEMS} items.` });
  return items.map((raw) => ({ raw, record: record(raw) }));
}
