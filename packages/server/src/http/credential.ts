import type { FastifyRequest } from 'fastify';
import { Problem } from '../errors.js';

/** Node takes headers of 16 KiB in all. */
const CREDENTIAL = /^Bearer +([^\s]{1,8192})$/i;

/** The credential of a request. @throws Problem `credential-missing` */
export function credentialOf(request: FastifyRequest): string {
  const header = request.headers.authorization;
  const match = header === undefined ? null : CREDENTIAL.exec(header);
  if (match === null) throw new Problem('credential-missing');
  return match[1]!;
}
