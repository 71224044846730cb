import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { Problem } from '../../errors.js';
import { from } from '../../failures.js';
import { readBarrier } from '../../sequencer/read-barrier.js';
import { readQuery, wholeNumber } from '../parameters.js';
import { describeRoute } from '../reference/openapi.js';
import type { Services } from '../services.js';
import { consistencyAnswerSchema, logAnswerSchema } from './log-answers.js';

const none = z.object({});
const size = wholeNumber(0, Number.MAX_SAFE_INTEGER);
const consistencyQuery = z.object({
  from: size.describe('The smaller size.'),
  to: size.describe('The larger size.'),
});

/** `/api/v1/log`: the tenant's tree for those who have a credential. */
export function registerLogRoutes(app: FastifyInstance, services: Services): void {
  const config = { access: { permission: 'log:read', of: 'tenant' } } as const;
  app.get(
    '/api/v1/log',
    {
      config,
      schema: describeRoute('Size, root and checkpoint of the log', {
        query: none,
        answers: { 200: { description: 'The log.', schema: logAnswerSchema } },
      }),
    },
    async (request, reply) => {
      readQuery(none, request.query);
      const { tenant } = request;
      await requireTenant(tenant, services);
      const { behind } = await readBarrier(services.progress, services.limits.readWaitMs);
      const { head, checkpoint } = await services.log.signedHead(tenant);
      return reply.send({
        tenant,
        origin: services.log.originOf(tenant),
        size: head.size,
        root: Buffer.from(head.root).toString('base64'),
        checkpoint,
        keys: await services.log.verifierKeys(tenant),
        behind,
      });
    },
  );
  app.get(
    '/api/v1/log/consistency',
    {
      config,
      schema: describeRoute('The proof that a larger log continues a smaller one', {
        query: consistencyQuery,
        answers: { 200: { description: 'The proof.', schema: consistencyAnswerSchema } },
        problems: ['log-range-invalid'],
      }),
    },
    async (request, reply) => {
      const query = readQuery(consistencyQuery, request.query);
      await requireTenant(request.tenant, services);
      const proof = await services.log.consistency(request.tenant, query.from, query.to);
      return reply.send({ ...query, proof: proof.map((hash) => Buffer.from(hash).toString('base64')) });
    },
  );
}

async function requireTenant(tenant: string, { tenants }: Services): Promise<void> {
  if (!(await from('registry', tenants.exists(tenant)))) throw new Problem('tenant-unknown');
}
