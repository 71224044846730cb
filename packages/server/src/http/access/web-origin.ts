import type { FastifyRequest } from 'fastify';
import { Problem } from '../../errors.js';

/**
 * Refuses pages of foreign origins (RFC 6455, section 10.2): browsers let any page open a WebSocket to any server, and
 * say only whose page it is. Clients that are no browsers send no origin.
 *
 * @param allowed origins beside the one that the request is made to
 * @throws Problem `origin-refused`
 */
export function requireAllowedOrigin({ headers }: Pick<FastifyRequest, 'headers'>, allowed: readonly string[]): void {
  const { origin, host } = headers;
  if (origin === undefined || allowed.includes(origin)) return;
  if (URL.canParse(origin) && new URL(origin).host === host?.toLowerCase()) return;
  throw new Problem('origin-refused');
}
