import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Caller } from '../../access/caller.js';
import { ownPasswordSchema, revocationSchema, tokenGrantSchema, tokenSchema } from '../../access/token-grant-input.js';
import type { TokenKeyDocument } from '../../access/token-keys.js';
import { type ErrorCode, Problem } from '../../errors.js';
import type { GuardedAccess } from '../access/access-declaration.js';
import { administratorOf } from '../access/administrator.js';
import { credentialOf } from '../access/credential.js';
import { readJson } from '../body/json-body.js';
import { readOptionalJson } from '../body/optional-body.js';
import { readQuery } from '../parameters.js';
import { type Answer, bodySchema, describeRoute } from '../reference/openapi.js';
import type { Services } from '../services.js';
import { signingKeyAnswerSchema, signingKeysAnswerSchema, tokensAnswerSchema } from './token-answers.js';

/** Bodies here are a few fields, and anybody may send them. */
const MAX_BODY_BYTES = 16 * 1024;
const REVOKE: GuardedAccess = { permission: 'users:manage', of: 'tenant' };
const KEYS: GuardedAccess = { permission: 'system:manage', of: 'deployment' };
const CODE = 'credential-input-invalid';
const OPEN_PROBLEMS: readonly ErrorCode[] = [
  CODE,
  'credential-missing',
  'credential-invalid',
  'credential-expired',
  'credential-revoked',
  'refresh-token-reused',
  'login-failed',
  'address-refused',
  'too-many-attempts',
  'issuer-unavailable',
  'token-not-revocable',
  'password-refused',
];

const none = z.object({});
const logoutSchema = z.strictObject({
  refresh_token: z
    .string()
    .max(256)
    .describe('Of the session that is to end; or else the access token stands in the header Authorization.')
    .optional(),
});

/** `/api/v1/auth`: tokens for installations without an identity provider, and their end. */
export function registerAuthRoutes(app: FastifyInstance, services: Services): void {
  const { grants, ends, users } = services.credentials;
  postOpen(app, services, 'token', 'Get tokens for an API key, a password or a refresh token', tokenGrantSchema, {
    200: { description: 'The tokens.', schema: tokensAnswerSchema },
  })(async (grant, caller, reply) => reply.header('cache-control', 'no-store').send(await grants.grant(grant, caller)));
  postOpen(
    app,
    services,
    'logout',
    'End the session of a token, at once',
    logoutSchema,
  )(async ({ refresh_token }, caller, reply, request) => {
    await ends.byToken(refresh_token ?? credentialOf(request), caller);
    return reply.code(204).send();
  });
  postOpen(
    app,
    services,
    'revoke',
    'Revoke a token that one has (RFC 7009)',
    tokenSchema,
  )(async ({ token }, caller, reply) => {
    await ends.byTokenIfGood(token, caller);
    return reply.code(204).send();
  });
  postOpen(
    app,
    services,
    'password',
    'Change one’s own password; all sessions are over then',
    ownPasswordSchema,
  )(async ({ new_password, ...login }, caller, reply) => {
    await users.changeOwnPassword(await grants.requireUser(login, caller), new_password, caller);
    return reply.code(204).send();
  });
  registerRevocations(app, services);
  registerSigningKeys(app, services);
}

type Handler<T> = (
  body: T,
  caller: Caller,
  reply: FastifyReply,
  request: FastifyRequest,
) => FastifyReply | Promise<FastifyReply>;

/** A route for everybody, which reads a small body. */
function postOpen<T extends z.ZodType>(
  app: FastifyInstance,
  services: Services,
  name: string,
  summary: string,
  schema: T,
  answers: Readonly<Record<number, Answer>> = { 204: { description: 'Done.' } },
): (handle: Handler<z.output<T>>) => void {
  const limits = { ...services.limits, maxBodyBytes: MAX_BODY_BYTES };
  return (handle) => {
    app.post(
      `/api/v1/auth/${name}`,
      {
        config: { access: 'open' },
        schema: describeRoute(summary, { query: none, body: bodySchema(schema), answers, problems: OPEN_PROBLEMS }),
        bodyLimit: MAX_BODY_BYTES,
        onRequest: async (request, reply) => takeIn(request, reply, services),
      },
      async (request, reply) => {
        readQuery(none, request.query);
        const body = await readOptionalJson(request, limits, schema, CODE);
        const { socket, headers } = request.raw;
        const address = services.addresses.of({ remoteAddress: socket.remoteAddress, headers });
        return handle(body, { address, requestId: request.id }, reply, request);
      },
    );
  };
}

/** Takes a request that needs no credential into the bounds that hold for those which do. */
function takeIn(request: FastifyRequest, reply: FastifyReply, { gate, limits }: Services): void {
  const pass = gate.enter(MAX_BODY_BYTES);
  request.pass = pass;
  request.bodyTimer = setTimeout(() => request.raw.destroy(), limits.requestTimeoutMs);
  reply.raw.once('close', () => {
    clearTimeout(request.bodyTimer);
    pass.leave();
  });
}

function registerRevocations(app: FastifyInstance, services: Services): void {
  app.post(
    '/api/v1/auth/revocations',
    {
      config: { access: REVOKE },
      schema: describeRoute('Revoke the tokens that another issuer has given somebody so far', {
        body: bodySchema(revocationSchema),
        query: none,
        answers: { 204: { description: 'Done.' } },
        problems: ['credential-input-invalid'],
      }),
    },
    async (request, reply) => {
      readQuery(none, request.query);
      const { principal } = await readJson(request, services.limits, revocationSchema, CODE);
      const by = administratorOf(request, services);
      await services.credentials.ends.ofPrincipal(request.tenant, principal, by);
      return reply.code(204).send();
    },
  );
}

function registerSigningKeys(app: FastifyInstance, services: Services): void {
  const { tokenKeys } = services.credentials;
  app.get(
    '/api/v1/auth/signing-keys',
    {
      config: { access: KEYS },
      schema: describeRoute('The keys that sign access tokens', {
        query: none,
        answers: { 200: { description: 'The keys.', schema: signingKeysAnswerSchema } },
      }),
    },
    async (request, reply) => {
      readQuery(none, request.query);
      return reply.send({ keys: (await tokenKeys.list()).map(viewOf) });
    },
  );
  app.post(
    '/api/v1/auth/signing-keys',
    {
      config: { access: KEYS },
      schema: describeRoute('Rotate the key that signs access tokens', {
        query: none,
        answers: { 201: { description: 'The new key.', schema: signingKeyAnswerSchema } },
      }),
    },
    async (request, reply) => {
      readQuery(none, request.query);
      const key = await tokenKeys.rotate(administratorOf(request, services));
      return reply.code(201).send(viewOf(key));
    },
  );
  app.delete<{ Params: { kid: string } }>(
    '/api/v1/auth/signing-keys/:kid',
    {
      config: { access: KEYS },
      schema: describeRoute('End a signing key and all access tokens that it has signed, at once', {
        query: none,
        answers: { 204: { description: 'Done.' } },
        problems: ['key-unknown'],
      }),
    },
    async (request, reply) => {
      readQuery(none, request.query);
      if (!(await tokenKeys.remove(request.params.kid, administratorOf(request, services)))) {
        throw new Problem('key-unknown');
      }
      return reply.code(204).send();
    },
  );
}

/** A signing key as it is shown: without its private part. */
function viewOf({ kid, created_at, signs_from }: TokenKeyDocument): Record<string, string> {
  return { kid, created_at, signs_from };
}
