import { createRequire } from 'node:module';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance, FastifySchema } from 'fastify';
import { z } from 'zod';
import type { ErrorCode } from '../../errors.js';
import { type Access, describeAccess } from '../access/access-declaration.js';
import { component } from './component.js';
import { withComponents } from './document-components.js';
import { withExamples } from './document-examples.js';
import { operationId, TAGS, tagOf } from './operation-names.js';
import { problemAnswers } from './problem-answers.js';
import { requestParameters } from './request-parameters.js';

const { version } = createRequire(import.meta.url)('../../../package.json') as { version: string };

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
      tags: TAGS.map(({ name, description }) => ({ name, description })),
      components: { securitySchemes: { key: { type: 'http', scheme: 'bearer' } } },
    },
    transform: ({ schema, url, route }) => {
      const access = route.config?.access;
      if (access === undefined) return { url, schema };
      const names = { operationId: operationId(String(route.method), url), tags: [tagOf(url)] };
      return { url, schema: { ...names, ...completed(schema as RouteSchema, url, access) } };
    },
    transformObject: (document) =>
      'openapiObject' in document ? withComponents(withExamples(document.openapiObject)) : document.swaggerObject,
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
  /** Media types that the same route answers with when it is asked to. */
  otherTypes?: readonly string[];
  example?: unknown;
}

export interface RouteParts {
  query?: z.ZodObject;
  /** JSON Schema of a JSON body: {@link bodySchema}. */
  body?: Record<string, unknown>;
  /** What is said of headers that it reads, by their names. */
  headers?: Readonly<Record<string, string>>;
  /** Media type of the body; absent: JSON. */
  bodyType?: string;
  /** Media types of problems; absent: that of RFC 9457. */
  problemTypes?: readonly string[];
  /** By status: what the route answers when all is well. */
  answers?: Readonly<Record<number, Answer>>;
  /** Problems of its own; those that come with a guard, a query or a body are described without being named. */
  problems?: readonly ErrorCode[];
}

type RouteSchema = FastifySchema & {
  'x-problems'?: readonly ErrorCode[];
  'x-problem-types'?: readonly string[];
  'x-headers'?: Readonly<Record<string, string>>;
  response?: Record<string, unknown>;
};

/** What the API's description says of a route. Requests are checked by the route itself, with the same Zod schemas. */
export function describeRoute(summary: string, parts: RouteParts): RouteSchema & Record<string, unknown> {
  return {
    summary,
    ...(parts.query === undefined ? {} : { querystring: z.toJSONSchema(parts.query, { io: 'input' }) }),
    ...(parts.body === undefined ? {} : { body: parts.body }),
    ...(parts.headers === undefined ? {} : { 'x-headers': parts.headers }),
    ...(parts.bodyType === undefined ? {} : { consumes: [parts.bodyType] }),
    ...(parts.problemTypes === undefined ? {} : { 'x-problem-types': parts.problemTypes }),
    'x-problems': parts.problems ?? [],
    response: Object.fromEntries(
      Object.entries(parts.answers ?? {}).map(([status, answer]) => [status, described(answer)]),
    ),
  };
}

function described({ description, schema, example, type, otherTypes = [] }: Answer): Record<string, unknown> {
  const mediaType = type ?? (schema === undefined ? undefined : 'application/json');
  if (mediaType === undefined) return { description, type: 'null' };
  const media = {
    schema: schema === undefined ? { type: 'string' } : z.toJSONSchema(schema, { io: 'output' }),
    ...(example === undefined ? {} : { example }),
  };
  const others = otherTypes.map((other) => [other, { schema: isJson(other) ? {} : { type: 'string' } }]);
  return { description, content: { [mediaType]: media, ...Object.fromEntries(others) } };
}

/** Whether what is of this media type is one JSON value (RFC 6839, section 3.1). */
export function isJson(type: string): boolean {
  return /[/+]json$/.test(type);
}

/** The description of a route, with what follows from who may call it. */
function completed(schema: RouteSchema, url: string, access: Access): FastifySchema {
  const { 'x-problems': codes = [], 'x-problem-types': types, 'x-headers': headers, response, ...rest } = schema;
  const { querystring: query, body } = schema;
  const problems = problemAnswers({
    guarded: access !== 'open',
    query: query !== undefined,
    body: body !== undefined,
    codes,
    types,
  });
  return {
    ...rest,
    ...requestParameters({ url, access, codes, headers }),
    ...describeAccess(access),
    response: { ...problems, ...response },
  } as FastifySchema;
}

/** What the API's description says of a JSON body. */
export function bodySchema(schema: z.ZodType): Record<string, unknown> {
  return z.toJSONSchema(schema, { io: 'input', override: leaveOutProperties }) as Record<string, unknown>;
}

/** Patterns with Unicode properties, which many readers of descriptions do not know; they refuse the whole description. */
function leaveOutProperties({ jsonSchema }: { jsonSchema: { pattern?: string } }): void {
  if (jsonSchema.pattern?.includes('\\p{')) delete jsonSchema.pattern;
}

export function eventSchema(): Record<string, unknown> {
  return component('Event');
}

export function batchSchema(): Record<string, unknown> {
  return { type: 'array', minItems: 1, maxItems: 1000, items: component('Event') };
}
