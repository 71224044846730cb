import type { FastifyRequest } from 'fastify';
import type { Requester } from '../../privacy/erasure/erasures.js';
import { mayUnmaskBy } from '../../privacy/reading/may-unmask.js';
import type { PersonalReader } from '../../privacy/reading/personal-data.js';
import { reasonOf } from './reason.js';

/** Who makes a request, as somebody who asks for something about personal data. */
export function requesterOf({ principal, clientAddress: address, id: requestId }: FastifyRequest): Requester {
  return { principal, address, requestId };
}

/** Who reads by a request, and for which events their grants of `pii:read` show them values unmasked. */
export function personalReaderOf(request: FastifyRequest): PersonalReader {
  const reason = reasonOf(request);
  const who = requesterOf(request);
  const mayUnmask = mayUnmaskBy(request.authorization.extentOf('pii:read', request.tenant));
  return { ...who, ...(reason === undefined ? {} : { reason }), mayUnmask };
}
