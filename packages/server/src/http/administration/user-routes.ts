import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { UserDocument } from '../../access/user-document.js';
import { newPasswordSchema, newUserSchema, userChangeSchema } from '../../access/user-input.js';
import type { GuardedAccess } from '../access/access-declaration.js';
import { administratorOf } from '../access/administrator.js';
import { deploymentQuery, scopeOf } from '../access/deployment-scope.js';
import { readJson } from '../body/json-body.js';
import { readQuery, wholeNumber } from '../parameters.js';
import { bodySchema, describeRoute } from '../reference/openapi.js';
import type { Services } from '../services.js';
import { userAnswerSchema, usersAnswerSchema } from './user-answers.js';

const READ: GuardedAccess = { permission: 'users:read', of: 'tenant' };
const MANAGE: GuardedAccess = { permission: 'users:manage', of: 'tenant' };
const MAX_PAGE = 200;
const CODE = 'credential-input-invalid';

const query = z.object(deploymentQuery);
const listQuery = query.extend({
  after: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/)
    .optional()
    .describe('"next" of the page before.'),
  limit: wholeNumber(1, MAX_PAGE).optional().describe(`Users on a page, 1 to ${MAX_PAGE}; 100 if absent.`),
});

interface IdParams {
  id: string;
}

/** `/api/v1/users`: the users of installations without an identity provider. */
export function registerUserRoutes(app: FastifyInstance, services: Services): void {
  const { users } = services.credentials;
  app.get(
    '/api/v1/users',
    {
      config: { access: READ },
      schema: describeRoute('The users', {
        query: listQuery,
        answers: { 200: { description: 'A page of users.', schema: usersAnswerSchema } },
      }),
    },
    async (request, reply) => {
      const { deployment, after, limit = 100 } = readQuery(listQuery, request.query);
      const page = await users.list(scopeOf(request, 'users:read', deployment), { after, limit });
      return reply.send({ users: page.users.map(viewOf), next: page.next });
    },
  );
  app.post(
    '/api/v1/users',
    {
      config: { access: MANAGE },
      schema: describeRoute('Create a user', {
        query,
        body: bodySchema(newUserSchema),
        answers: { 201: { description: 'The user.', schema: userAnswerSchema } },
        problems: [
          'credential-input-invalid',
          'delegation-refused',
          'login-taken',
          'limit-reached',
          'password-refused',
          'tenant-gone',
        ],
      }),
    },
    async (request, reply) => {
      const scope = scopeOf(request, 'users:manage', readQuery(query, request.query).deployment);
      const input = await readJson(request, services.limits, newUserSchema, CODE);
      return reply.code(201).send(viewOf(await users.create(scope, input, administratorOf(request, services))));
    },
  );
  app.get<{ Params: IdParams }>(
    '/api/v1/users/:id',
    {
      config: { access: READ },
      schema: describeRoute('One user', {
        query,
        answers: { 200: { description: 'The user.', schema: userAnswerSchema } },
        problems: ['user-unknown'],
      }),
    },
    async (request, reply) => {
      const scope = scopeOf(request, 'users:read', readQuery(query, request.query).deployment);
      return reply.send(viewOf(await users.get(scope, request.params.id)));
    },
  );
  registerUserChanges(app, services);
}

function registerUserChanges(app: FastifyInstance, services: Services): void {
  const { users } = services.credentials;
  app.patch<{ Params: IdParams }>(
    '/api/v1/users/:id',
    {
      config: { access: MANAGE },
      schema: describeRoute('Change or disable a user', {
        query,
        body: bodySchema(userChangeSchema),
        answers: { 200: { description: 'The user.', schema: userAnswerSchema } },
        problems: ['user-unknown', 'credential-input-invalid', 'delegation-refused'],
      }),
    },
    async (request, reply) => {
      const scope = scopeOf(request, 'users:manage', readQuery(query, request.query).deployment);
      const change = await readJson(request, services.limits, userChangeSchema, CODE);
      const by = administratorOf(request, services);
      return reply.send(viewOf(await users.update(scope, request.params.id, change, by)));
    },
  );
  app.put<{ Params: IdParams }>(
    '/api/v1/users/:id/password',
    {
      config: { access: MANAGE },
      schema: describeRoute('Set the password of a user, whose sessions are over then', {
        query,
        body: bodySchema(newPasswordSchema),
        answers: { 204: { description: 'Done.' } },
        problems: ['user-unknown', 'credential-input-invalid', 'password-refused', 'delegation-refused'],
      }),
    },
    async (request, reply) => {
      const scope = scopeOf(request, 'users:manage', readQuery(query, request.query).deployment);
      const { password } = await readJson(request, services.limits, newPasswordSchema, CODE);
      await users.setPassword(scope, request.params.id, password, administratorOf(request, services));
      return reply.code(204).send();
    },
  );
  app.delete<{ Params: IdParams }>(
    '/api/v1/users/:id/sessions',
    {
      config: { access: MANAGE },
      schema: describeRoute('End all sessions of a user, at once', {
        query,
        answers: { 204: { description: 'Done.' } },
        problems: ['user-unknown'],
      }),
    },
    async (request, reply) => {
      const scope = scopeOf(request, 'users:manage', readQuery(query, request.query).deployment);
      await users.endSessions(scope, request.params.id, administratorOf(request, services));
      return reply.code(204).send();
    },
  );
}

/** A user as it is shown: without the hash of the password. */
function viewOf({ password, session_epoch: _epoch, ...user }: UserDocument): Record<string, unknown> {
  return { ...user, has_password: password !== undefined };
}
