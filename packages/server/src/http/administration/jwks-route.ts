import type { FastifyInstance } from 'fastify';
import { JWKS_MAX_AGE_S } from '../../access/token-keys.js';
import { describeRoute } from '../reference/openapi.js';
import type { Services } from '../services.js';
import { jwksAnswerSchema } from './token-answers.js';

/** `/.well-known/jwks.json`: the public keys of our access tokens (RFC 7517), for whoever verifies them. */
export function registerJwksRoute(app: FastifyInstance, services: Services): void {
  app.get(
    '/.well-known/jwks.json',
    {
      config: { access: 'open' },
      schema: describeRoute('The public keys of the access tokens', {
        answers: { 200: { description: 'RFC 7517.', schema: jwksAnswerSchema, type: 'application/jwk-set+json' } },
      }),
    },
    async (_request, reply) =>
      reply
        .header('cache-control', `public, max-age=${JWKS_MAX_AGE_S}`)
        .type('application/jwk-set+json; charset=utf-8')
        .send(JSON.stringify(await services.credentials.tokenKeys.jwks())),
  );
}
