import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { ApiKeyDocument } from '../../access/api-key-document.js';
import { newApiKeySchema, rotationSchema } from '../../access/api-key-input.js';
import type { GuardedAccess } from '../access/access-declaration.js';
import { administratorOf } from '../access/administrator.js';
import { deploymentQuery, scopeOf } from '../access/deployment-scope.js';
import { readJson } from '../body/json-body.js';
import { readOptionalJson } from '../body/optional-body.js';
import { readQuery, wholeNumber } from '../parameters.js';
import { bodySchema, describeRoute } from '../reference/openapi.js';
import type { Services } from '../services.js';
import { keyAnswerSchema, keysAnswerSchema, newKeyAnswerSchema } from './key-answers.js';

const READ: GuardedAccess = { permission: 'keys:read', of: 'tenant' };
const MANAGE: GuardedAccess = { permission: 'keys:manage', of: 'tenant' };
const MAX_PAGE = 200;

const query = z.object(deploymentQuery);
const listQuery = query.extend({
  after: z
    .string()
    .regex(/^[0-9A-Za-z]{1,32}$/)
    .optional()
    .describe('"next" of the page before.'),
  limit: wholeNumber(1, MAX_PAGE).optional().describe(`Keys on a page, 1 to ${MAX_PAGE}; 100 if absent.`),
});

interface IdParams {
  id: string;
}

/** `/api/v1/keys`: the API keys of a tenant. */
export function registerKeyRoutes(app: FastifyInstance, services: Services): void {
  const { keys } = services.credentials;
  app.get(
    '/api/v1/keys',
    {
      config: { access: READ },
      schema: describeRoute('The API keys, without their secrets', {
        query: listQuery,
        answers: { 200: { description: 'A page of keys.', schema: keysAnswerSchema } },
      }),
    },
    (request, reply) => listKeys(request, reply, services),
  );
  app.post(
    '/api/v1/keys',
    {
      config: { access: MANAGE },
      schema: describeRoute('Create an API key; its text is shown this once', {
        query,
        body: bodySchema(newApiKeySchema),
        answers: { 201: { description: 'The key.', schema: newKeyAnswerSchema } },
        problems: ['credential-input-invalid', 'delegation-refused', 'limit-reached', 'tenant-gone'],
      }),
    },
    async (request, reply) => {
      const scope = scopeOf(request, 'keys:manage', readQuery(query, request.query).deployment);
      const input = await readJson(request, services.limits, newApiKeySchema, 'credential-input-invalid');
      const { text, document } = await keys.create(scope, input, administratorOf(request, services));
      return reply
        .code(201)
        .header('cache-control', 'no-store')
        .send({ key: text, ...viewOf(document, undefined) });
    },
  );
  app.get<{ Params: IdParams }>(
    '/api/v1/keys/:id',
    {
      config: { access: READ },
      schema: describeRoute('One API key', {
        query,
        answers: { 200: { description: 'The key.', schema: keyAnswerSchema } },
        problems: ['key-unknown'],
      }),
    },
    async (request, reply) => {
      const scope = scopeOf(request, 'keys:read', readQuery(query, request.query).deployment);
      const document = await keys.get(scope, request.params.id);
      const [lastUse] = await keys.lastUses([document.id]);
      return reply.send(viewOf(document, lastUse));
    },
  );
  registerKeyChanges(app, services);
}

function registerKeyChanges(app: FastifyInstance, services: Services): void {
  const { keys } = services.credentials;
  app.delete<{ Params: IdParams }>(
    '/api/v1/keys/:id',
    {
      config: { access: MANAGE },
      schema: describeRoute('Revoke an API key, at once', {
        query,
        answers: { 200: { description: 'The key, which counts no more.', schema: keyAnswerSchema } },
        problems: ['key-unknown'],
      }),
    },
    async (request, reply) => {
      const scope = scopeOf(request, 'keys:manage', readQuery(query, request.query).deployment);
      const document = await keys.revoke(scope, request.params.id, administratorOf(request, services));
      return reply.send(viewOf(document, undefined));
    },
  );
  app.post<{ Params: IdParams }>(
    '/api/v1/keys/:id/rotate',
    {
      config: { access: MANAGE },
      schema: describeRoute('Give an API key another secret; the earlier one counts for a while', {
        query,
        body: bodySchema(rotationSchema),
        answers: { 200: { description: 'The key with its new secret.', schema: newKeyAnswerSchema } },
        problems: ['key-unknown', 'credential-input-invalid', 'limit-reached'],
      }),
    },
    async (request, reply) => {
      const scope = scopeOf(request, 'keys:manage', readQuery(query, request.query).deployment);
      const body = await readOptionalJson(request, services.limits, rotationSchema, 'credential-input-invalid');
      const by = administratorOf(request, services);
      const { text, document } = await keys.rotate(scope, request.params.id, body.overlap_seconds * 1000, by);
      return reply.header('cache-control', 'no-store').send({ key: text, ...viewOf(document, undefined) });
    },
  );
}

async function listKeys(request: FastifyRequest, reply: FastifyReply, services: Services): Promise<FastifyReply> {
  const { keys } = services.credentials;
  const { deployment, after, limit = 100 } = readQuery(listQuery, request.query);
  const page = await keys.list(scopeOf(request, 'keys:read', deployment), { after, limit });
  const uses = await keys.lastUses(page.keys.map(({ id }) => id));
  return reply.send({ keys: page.keys.map((document, place) => viewOf(document, uses[place])), next: page.next });
}

/** A key as it is shown: without the hashes of its secrets. */
function viewOf(document: ApiKeyDocument, lastUse: string | undefined): Record<string, unknown> {
  return {
    ...document,
    secrets: document.secrets.map(({ created_at, until }) => ({ created_at, until })),
    last_used_at: lastUse,
  };
}
