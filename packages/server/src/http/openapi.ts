import { createRequire } from 'node:module';
import { eventInputJsonSchema } from '@attestlog/event';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance, FastifySchema } from 'fastify';
import { z } from 'zod';
import { describeAccess } from './access-declaration.js';

const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };

/** The description of the API, made from the routes' schemas, and a page that shows it. */
export async function registerOpenApi(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Attestlog',
        version,
        description: 'Audit log in which every tenant’s log is a transparency log that an outsider can verify.',
        license: { name: 'Apache-2.0' },
      },
      components: { securitySchemes: { key: { type: 'http', scheme: 'bearer' } } },
    },
    transform: ({ schema, url, route }) => {
      const access = route.config?.access;
      return { url, schema: access === undefined ? schema : { ...schema, ...describeAccess(access) } };
    },
  });
  await app.register(swaggerUi, { routePrefix: '/docs' });
  app.get('/openapi.json', { config: { access: 'open' }, schema: { hide: true } }, async () => app.swagger());
}

/** A success that a route answers with. */
export interface Answer {
  description: string;
  /** What a JSON answer looks like. Absent: the answer is no JSON, or has no body. */
  schema?: z.ZodType;
  /** Media type; absent: JSON where there is a schema, else none. */
  type?: string;
  example?: unknown;
}

export interface RouteParts {
  query?: z.ZodObject;
  /** JSON Schema of a JSON body: {@link bodySchema}. */
  body?: Record<string, unknown>;
  /** By status: what the route answers when all is well. */
  answers?: Readonly<Record<number, Answer>>;
}

/** What the API's description says of a route. Requests are checked by the route itself, with the same Zod schemas. */
export function describeRoute(summary: string, parts: RouteParts): FastifySchema & Record<string, unknown> {
  return {
    summary,
    ...(parts.query === undefined ? {} : { querystring: z.toJSONSchema(parts.query, { io: 'input' }) }),
    ...(parts.body === undefined ? {} : { body: parts.body }),
    response: {
      ...Object.fromEntries(Object.entries(parts.answers ?? {}).map(([status, answer]) => [status, described(answer)])),
      default: { description: 'RFC 9457 problem details for errors; see docs/errors.md', type: 'object' },
    },
  };
}

function described({ description, schema, example, type }: Answer): Record<string, unknown> {
  const mediaType = type ?? (schema === undefined ? undefined : 'application/json');
  if (mediaType === undefined) return { description, type: 'null' };
  const media = {
    schema: schema === undefined ? { type: 'string' } : z.toJSONSchema(schema, { io: 'output' }),
    ...(example === undefined ? {} : { example }),
  };
  return { description, content: { [mediaType]: media } };
}

/** What the API's description says of a JSON body. */
export function bodySchema(schema: z.ZodType): Record<string, unknown> {
  return z.toJSONSchema(schema, { io: 'input' }) as Record<string, unknown>;
}

export function eventSchema(): Record<string, unknown> {
  return eventInputJsonSchema() as Record<string, unknown>;
}

export function batchSchema(): Record<string, unknown> {
  return { type: 'array', minItems: 1, maxItems: 1000, items: eventSchema() };
}
