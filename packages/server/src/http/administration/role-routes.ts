import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { builtinRole, builtinRoles } from '../../access/builtin-roles.js';
import type { Grant } from '../../access/grants.js';
import type { Role } from '../../access/role-directory.js';
import { newRoleSchema, type RoleScope, roleInputSchema } from '../../access/role-document.js';
import type { RoleGiver } from '../../access/role-editor.js';
import { roleTemplates } from '../../access/role-templates.js';
import type { GuardedAccess } from '../access/access-declaration.js';
import { administratorOf } from '../access/administrator.js';
import { deploymentQuery, scopeOf } from '../access/deployment-scope.js';
import { readJson } from '../body/json-body.js';
import { entityTag, requireRevision } from '../entity-tag.js';
import { readQuery } from '../parameters.js';
import { describeRoute } from '../reference/openapi.js';
import type { Services } from '../services.js';
import { oneRoleAnswerSchema, roleAnswerSchema, rolesAnswerSchema, roleTemplatesAnswerSchema } from './role-answers.js';

const READ: GuardedAccess = { permission: 'roles:read', of: 'tenant' };
const MANAGE: GuardedAccess = { permission: 'roles:manage', of: 'tenant' };

const none = z.object({});
const scopeQuery = z.object(deploymentQuery);

interface NameParams {
  name: string;
}

/** `/api/v1/roles`: the roles of a tenant and of the deployment. */
export function registerRoleRoutes(app: FastifyInstance, services: Services): void {
  app.get(
    '/api/v1/roles',
    {
      config: { access: READ },
      schema: describeRoute('The roles that there are, built-in ones included', {
        query: scopeQuery,
        answers: { 200: { description: 'All roles.', schema: rolesAnswerSchema } },
      }),
    },
    (request, reply) => listRoles(request, reply, services),
  );
  app.get(
    '/api/v1/roles/templates',
    {
      config: { access: READ },
      schema: describeRoute('Templates for roles', {
        query: none,
        answers: { 200: { description: 'The templates.', schema: roleTemplatesAnswerSchema } },
      }),
    },
    async (request, reply) => {
      readQuery(none, request.query);
      return reply.send({
        templates: Object.entries(roleTemplates).map(([name, template]) => ({ name, ...template })),
      });
    },
  );
  app.post(
    '/api/v1/roles',
    {
      config: { access: MANAGE },
      schema: describeRoute('Make a role', {
        query: scopeQuery,
        body: jsonSchema(newRoleSchema),
        answers: { 201: { description: 'The role.', schema: roleAnswerSchema } },
        problems: ['role-invalid', 'role-exists', 'role-unknown', 'role-limit', 'delegation-refused', 'tenant-gone'],
      }),
    },
    (request, reply) => createRole(request, reply, services),
  );
  app.get<{ Params: NameParams }>(
    '/api/v1/roles/:name',
    {
      config: { access: READ },
      schema: describeRoute('One role, and what it gives in effect', {
        query: scopeQuery,
        answers: { 200: { description: 'The role.', schema: oneRoleAnswerSchema } },
        problems: ['role-unknown'],
      }),
    },
    (request, reply) => getRole(request, request.params.name, reply, services),
  );
  app.put<{ Params: NameParams }>(
    '/api/v1/roles/:name',
    {
      config: { access: MANAGE },
      schema: describeRoute('Replace a role; needs If-Match', {
        query: scopeQuery,
        body: jsonSchema(roleInputSchema),
        answers: { 200: { description: 'The role.', schema: roleAnswerSchema } },
        problems: [
          'role-invalid',
          'role-unknown',
          'role-limit',
          'delegation-refused',
          'revision-missing',
          'revision-lost',
        ],
      }),
    },
    (request, reply) => replaceRole(request, request.params.name, reply, services),
  );
  app.delete<{ Params: NameParams }>(
    '/api/v1/roles/:name',
    {
      config: { access: MANAGE },
      schema: describeRoute('Delete a role; needs If-Match', {
        query: scopeQuery,
        answers: { 204: { description: 'Done.' } },
        problems: ['role-unknown', 'role-in-use', 'delegation-refused', 'revision-missing', 'revision-lost'],
      }),
    },
    (request, reply) => deleteRole(request, request.params.name, reply, services),
  );
}

async function listRoles(request: FastifyRequest, reply: FastifyReply, { roles }: Services): Promise<FastifyReply> {
  const scope = roleScope(request, 'roles:read');
  const [deployment, tenant] = await Promise.all([roles.list(undefined), scope === undefined ? [] : roles.list(scope)]);
  const builtin = Object.entries(builtinRoles).map(([name, role]) => builtinAnswer(name, role));
  return reply.send({ roles: [...builtin, ...deployment.map(roleAnswer), ...tenant.map(roleAnswer)] });
}

async function getRole(
  request: FastifyRequest,
  name: string,
  reply: FastifyReply,
  { roles }: Services,
): Promise<FastifyReply> {
  const scope = roleScope(request, 'roles:read');
  const builtin = builtinRole(name);
  if (builtin !== undefined)
    return reply.send({ ...builtinAnswer(name, builtin), effective: builtin.grants.map(grantAnswer) });
  const role = await roles.get(scope, name);
  const effective = await roles.effectiveGrants(scope, name);
  return sendRole(reply, role, { effective: effective.map(grantAnswer) });
}

async function createRole(request: FastifyRequest, reply: FastifyReply, services: Services): Promise<FastifyReply> {
  const scope = roleScope(request, 'roles:manage');
  const input = await readJson(request, services.limits, newRoleSchema, 'role-invalid');
  const role = await services.roles.create(scope, input, giverOf(request, services));
  reply.code(201).header('location', `/api/v1/roles/${role.name}${scope === undefined ? '?deployment=true' : ''}`);
  return sendRole(reply, role);
}

async function replaceRole(
  request: FastifyRequest,
  name: string,
  reply: FastifyReply,
  services: Services,
): Promise<FastifyReply> {
  const role = await services.roles.get(roleScope(request, 'roles:manage'), name);
  requireRevision(request, role.revision);
  const input = await readJson(request, services.limits, roleInputSchema, 'role-invalid');
  return sendRole(reply, await services.roles.replace(role, input, giverOf(request, services)));
}

async function deleteRole(
  request: FastifyRequest,
  name: string,
  reply: FastifyReply,
  services: Services,
): Promise<FastifyReply> {
  const role = await services.roles.get(roleScope(request, 'roles:manage'), name);
  requireRevision(request, role.revision);
  await services.roles.delete(role, giverOf(request, services));
  return reply.code(204).send();
}

/** Whose roles the request is about. @throws Problem `permission-denied` for the deployment's, without the permission */
function roleScope(request: FastifyRequest, permission: 'roles:read' | 'roles:manage'): RoleScope {
  return scopeOf(request, permission, readQuery(scopeQuery, request.query).deployment);
}

function giverOf(request: FastifyRequest, services: Services): RoleGiver {
  return { ...administratorOf(request, services), authorization: request.authorization };
}

function sendRole(reply: FastifyReply, role: Role, more: Record<string, unknown> = {}): FastifyReply {
  return reply.header('etag', entityTag(role.revision)).send({ ...roleAnswer(role), ...more });
}

function roleAnswer({ scope, name, document, revision }: Role): Record<string, unknown> {
  const { inherits = [], grants = [], ...others } = document;
  return { name, scope: scope === undefined ? 'deployment' : 'tenant', ...others, inherits, grants, revision };
}

function builtinAnswer(name: string, role: { description: string; grants: readonly Grant[] }): Record<string, unknown> {
  return { name, scope: 'builtin', description: role.description, inherits: [], grants: role.grants.map(grantAnswer) };
}

function grantAnswer({ permission, reach, conditions }: Grant): Record<string, unknown> {
  return { permissions: [permission], tenants: reach, ...conditions };
}

function jsonSchema(schema: z.ZodType): Record<string, unknown> {
  return z.toJSONSchema(schema, { io: 'input' }) as Record<string, unknown>;
}
