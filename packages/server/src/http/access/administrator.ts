import type { FastifyRequest } from 'fastify';
import type { Administrator } from '../../access/delegation.js';
import type { Services } from '../services.js';

/** Whoever makes the request, as somebody who changes credentials. */
export function administratorOf(
  request: FastifyRequest,
  { delegations }: Pick<Services, 'delegations'>,
): Administrator {
  const { principal, authorization, clientAddress: address, id: requestId } = request;
  return {
    principal,
    address,
    requestId,
    mayDelegate: (permissions, roles, tenant) => delegations.mayGive(authorization, { permissions, roles, tenant }),
  };
}
