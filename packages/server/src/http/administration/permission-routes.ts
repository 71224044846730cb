import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { CONDITIONAL, MAX_VALUE_CHARS } from '../../access/grants.js';
import { type Permission, permissions } from '../../access/permissions.js';
import { Problem } from '../../errors.js';
import type { GuardedAccess } from '../access/access-declaration.js';
import { readQuery } from '../parameters.js';
import { describeRoute } from '../reference/openapi.js';
import type { Services } from '../services.js';
import { modulePermissionsAnswerSchema, permissionsAnswerSchema } from './role-answers.js';
import { userPermissionsAnswerSchema } from './user-answers.js';

const CATALOGUE: GuardedAccess = { permission: 'roles:read', of: 'tenant' };
const OF_USER: GuardedAccess = { permission: 'users:read', of: 'tenant' };

const none = z.object({});
const moduleQuery = z.object({
  module: z.string().min(1).max(MAX_VALUE_CHARS).describe('A source.service or a category, such as wms.'),
});

/** What can be allowed, and what is allowed to a user in a module. */
export function registerPermissionRoutes(app: FastifyInstance, services: Services): void {
  app.get(
    '/api/v1/permissions',
    {
      config: { access: CATALOGUE },
      schema: describeRoute('Everything that can be allowed', {
        query: none,
        answers: { 200: { description: 'The permissions.', schema: permissionsAnswerSchema } },
      }),
    },
    async (request, reply) => {
      readQuery(none, request.query);
      return reply.send({
        permissions: Object.entries(permissions).map(([name, description]) => entry(name, description)),
      });
    },
  );
  app.get<{ Params: { module: string } }>(
    '/api/v1/permissions/modules/:module',
    {
      config: { access: CATALOGUE },
      schema: describeRoute('What each role gives in a module', {
        query: none,
        answers: { 200: { description: 'By role.', schema: modulePermissionsAnswerSchema } },
        problems: ['route-unknown'],
      }),
    },
    async (request, reply) => {
      readQuery(none, request.query);
      const { module } = request.params;
      if (module.length > MAX_VALUE_CHARS) throw new Problem('route-unknown');
      const roles = await services.permissions.preloadModulePermissions(request.tenant, module);
      return reply.send({ module, roles: Object.fromEntries(roles) });
    },
  );
  app.get<{ Params: { id: string } }>(
    '/api/v1/users/:id/permissions',
    {
      config: { access: OF_USER },
      schema: describeRoute('What a user may do in a module', {
        query: moduleQuery,
        answers: { 200: { description: 'The permissions.', schema: userPermissionsAnswerSchema } },
      }),
    },
    async (request, reply) => {
      const { module } = readQuery(moduleQuery, request.query);
      const { id } = request.params;
      // Nothing for a user that there is not, as for one without a role.
      const given = await services.permissions.getUserPermissions(request.tenant, `user:${id}`, module);
      return reply.send({ user: id, module, permissions: given });
    },
  );
}

function entry(name: string, description: string): Record<string, unknown> {
  return { name, description, conditions: CONDITIONAL.has(name as Permission) };
}
