import type { FastifyRequest } from 'fastify';
import { Problem } from '../../errors.js';

export const REASON_MAX_CHARS = 500;

/**
 * Why the caller does it, in the header `X-Reason`: UTF-8, since people write it; undefined where there is none.
 * @throws Problem `request-invalid` when it is too long
 */
export function reasonOf(request: Pick<FastifyRequest, 'headers'>): string | undefined {
  const header = request.headers['x-reason'];
  if (typeof header !== 'string') return undefined;
  const reason = decoded(header).trim();
  if (reason.length > REASON_MAX_CHARS) {
    throw new Problem('request-invalid', { detail: `X-Reason has at most ${REASON_MAX_CHARS} characters` });
  }
  return reason === '' ? undefined : reason;
}

/** Headers arrive as bytes, one character each. What is not UTF-8 is taken as Latin-1. */
function decoded(header: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(header, 'latin1'));
  } catch {
    return header;
  }
}
