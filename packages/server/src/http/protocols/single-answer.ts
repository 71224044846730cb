import type { FastifyReply } from 'fastify';
import { Problem } from '../../errors.js';
import type { Acceptance } from '../../intake/intake.js';
import { sayLimits } from '../rate-limit-headers.js';
import type { Services } from '../services.js';

/**
 * Answers a request that brought one record, as `POST /api/v1/events` does.
 * @throws Problem `event-invalid`, `id-conflict`
 */
export function answerOne(
  reply: FastifyReply,
  accepted: Acceptance,
  { metrics }: Pick<Services, 'metrics'>,
): FastifyReply {
  sayLimits(reply, accepted.limits);
  metrics.countResults(accepted.results);
  const result = accepted.results[0]!;
  if (result.status === 'refused') throw new Problem('event-invalid', { members: { problems: result.problems } });
  if (result.status === 'left_out') return reply.send({ id: result.id, left_out: result.reason });
  const { id, position, status } = result;
  if (status === 'conflict') throw new Problem('id-conflict', { members: { id, position } });
  return reply.code(status === 'stored' ? 201 : 200).send({ id, position, duplicate: status === 'duplicate' });
}
