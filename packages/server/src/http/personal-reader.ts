import { compileFilter, type Filter, type FilterPredicate } from '@attestlog/event';
import type { FastifyRequest } from 'fastify';
import type { Requester } from '../privacy/erasure/erasures.js';
import type { PersonalReader } from '../privacy/reading/personal-data.js';
import { resolveSealed } from '../privacy/searching/resolve-sealed.js';
import type { SearchedSealing } from '../privacy/searching/searched-sealing.js';
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

/** A grant that cannot be answered under the tenant's policy unmasks nothing. */
function mayUnmask({ authorization, tenant }: FastifyRequest): PersonalReader['mayUnmask'] {
  const extent = authorization.extentOf('pii:read', tenant);
  if (extent === 'all') return () => true;
  if (extent === 'none') return () => false;
  let known: { sealing: SearchedSealing; fits: FilterPredicate } | undefined;
  return (event, sealed, sealing) => {
    if (known?.sealing !== sealing) known = { sealing, fits: predicateOf(extent.filter, sealing) };
    return known.fits(event, sealed);
  };
}

function predicateOf(grant: Filter, sealing: SearchedSealing): FilterPredicate {
  return compileFilter(resolveSealed(grant, sealing, 'grant').filter ?? { op: 'never' });
}
