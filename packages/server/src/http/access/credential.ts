import type { FastifyRequest } from 'fastify';
import { Problem } from '../../errors.js';
import { isWebSocketUpgrade } from '../live/upgrades.js';

/** Node takes headers of 16 KiB in all. */
const CREDENTIAL = /^Bearer +([^\s]{1,8192})$/i;

/** Pages of browsers cannot set the header, but they can name subprotocols: this one is the credential, in base64url. */
const IN_PROTOCOL = /(?:^|,)\s*attestlog\.bearer\.([A-Za-z0-9_-]{1,10923})\s*(?:,|$)/;
const PLAIN = /^[^\s]{1,8192}$/;

/** The credential of a request. @throws Problem `credential-missing` */
export function credentialOf(request: FastifyRequest): string {
  const header = request.headers.authorization;
  const credential = header === undefined ? inProtocol(request) : CREDENTIAL.exec(header)?.[1];
  if (credential === undefined) throw new Problem('credential-missing');
  return credential;
}

function inProtocol({ raw, headers }: FastifyRequest): string | undefined {
  if (!isWebSocketUpgrade(raw)) return undefined;
  const [, encoded] = IN_PROTOCOL.exec(headers['sec-websocket-protocol'] ?? '') ?? [];
  const credential = encoded === undefined ? '' : Buffer.from(encoded, 'base64url').toString('utf8');
  return PLAIN.test(credential) ? credential : undefined;
}
