import { compileFilter } from '@attestlog/event';
import type { FastifyRequest } from 'fastify';
import type { Requester } from '../privacy/erasure/erasures.js';
import type { PersonalReader } from '../privacy/reading/personal-data.js';
import { reasonOf } from './reason.js';

/** Who makes a request, as somebody who asks for something about personal data. */
export function requesterOf({ principal, clientAddress: address, id: requestId }: FastifyRequest): Requester {
  return { principal, address, requestId };
}

/** Who reads by a request, and for which events their grants of `pii:read` show them values unmasked. */
export function personalReaderOf(request: FastifyRequest): PersonalReader {
  const reason = reasonOf(request);
  const who = requesterOf(request);
  return { ...who, ...(reason === undefined ? {} : { reason }), mayUnmask: mayUnmask(request) };
}

function mayUnmask({ authorization, tenant }: FastifyRequest): (event: unknown) => boolean {
  const extent = authorization.extentOf('pii:read', tenant);
  if (extent === 'all') return () => true;
  return extent === 'none' ? () => false : compileFilter(extent.filter);
}
