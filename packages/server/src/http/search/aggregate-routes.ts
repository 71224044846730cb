import { filterBounds, splitFieldList } from '@attestlog/event';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Problem } from '../../errors.js';
import * as aggregateBounds from '../../query/aggregation/aggregate-bounds.js';
import type { AggregateQuery } from '../../query/aggregation/aggregate-query.js';
import { bucketLengths } from '../../query/aggregation/bucket-starts.js';
import { FACET_MAX_FIELDS, FACET_MAX_VALUES, facetsOf } from '../../query/aggregation/facets.js';
import { readMeasure } from '../../query/aggregation/measure-name.js';
import { STATS_MAX_VALUES, statsOf } from '../../query/aggregation/stats.js';
import type { GuardedAccess } from '../access/access-declaration.js';
import { readerOf } from '../access/reader-of.js';
import { recordRead } from '../access/record-read.js';
import { readJson } from '../body/json-body.js';
import { readQuery, wholeNumber } from '../parameters.js';
import { bodySchema, describeRoute } from '../reference/openapi.js';
import type { Services } from '../services.js';
import {
  aggregateAnswerExample,
  aggregateAnswerSchema,
  facetsAnswerExample,
  facetsAnswerSchema,
  statsAnswerExample,
  statsAnswerSchema,
} from './aggregate-answer.js';
import { filterInBody, filterQuery, requireOneFilter } from './filter-query.js';
import { QUERY_PROBLEMS, runQuery, shownCost } from './run-query.js';
import { timeParameters } from './search-parameters.js';

const READ: GuardedAccess = { permission: 'events:read', of: 'tenant' };
const DEFAULT_VALUES = 10;
const DEFAULT_FACETS = ['action', 'category', 'operation', 'outcome', 'severity', 'actor.id'];

type AggregateServices = Pick<Services, 'aggregates' | 'queries' | 'audit' | 'tenants' | 'limits'>;

const fieldName = z.string().max(filterBounds.FILTER_VALUE_MAX_CHARS);
const measureText = z
  .string()
  .max(filterBounds.FILTER_VALUE_MAX_CHARS)
  .describe(
    'count, bytes, or such as distinct(actor.id), sum(metadata.amount), percentile(metadata.ms, 95), top_k(target, 3).',
  );
const bound = z.union([z.number(), z.string().max(100)]).describe('A number, or an RFC 3339 time.');

export const aggregateBody = z.strictObject({
  ...filterInBody,
  ...timeParameters,
  group_by: z
    .array(fieldName)
    .max(aggregateBounds.AGGREGATE_MAX_FIELDS)
    .optional()
    .describe('Fields of the search syntax, such as action or metadata.currency.'),
  bucket: z
    .strictObject({
      every: z.enum(bucketLengths as [string, ...string[]]).describe('Length of the stretches of time.'),
      time_zone: timeParameters.time_zone,
    })
    .optional()
    .describe('Divide the events by time, on the clock of the time zone.'),
  measures: z
    .array(measureText)
    .min(1)
    .max(aggregateBounds.AGGREGATE_MAX_MEASURES)
    .optional()
    .describe('count if absent.'),
  having: z
    .array(
      z.strictObject({
        measure: measureText,
        gt: bound.optional(),
        gte: bound.optional(),
        lt: bound.optional(),
        lte: bound.optional(),
        eq: bound.optional(),
      }),
    )
    .max(aggregateBounds.AGGREGATE_MAX_BOUNDS)
    .optional()
    .describe('Only groups of which all of it is true.'),
  order: z
    .strictObject({
      by: measureText.optional().describe('A measure; absent: the values of the fields, or the time.'),
      direction: z.enum(['asc', 'desc']).default('desc'),
    })
    .optional()
    .describe('By the first measure, most first, if absent.'),
  limit: z
    .int()
    .min(1)
    .max(aggregateBounds.AGGREGATE_MAX_GROUPS)
    .optional()
    .describe(
      `Groups at most, ${aggregateBounds.AGGREGATE_DEFAULT_GROUPS} if absent; without fields stretches of time.`,
    ),
  fill: z.boolean().optional().describe('Rows also for stretches of time without an event.'),
});

export const facetsQuery = z.object({
  q: filterQuery.q,
  ...timeParameters,
  actor: filterQuery.actor,
  action: filterQuery.action,
  fields: z
    .string()
    .max(FACET_MAX_FIELDS * 300)
    .optional()
    .describe(`Up to ${FACET_MAX_FIELDS} fields with commas between them; ${DEFAULT_FACETS.join(',')} if absent.`),
  limit: wholeNumber(1, FACET_MAX_VALUES).optional().describe(`Values of each field; ${DEFAULT_VALUES} if absent.`),
});

export const statsQuery = z.object({
  q: filterQuery.q,
  ...timeParameters,
  actor: filterQuery.actor,
  action: filterQuery.action,
  limit: wholeNumber(1, STATS_MAX_VALUES).optional().describe(`Values of each field; ${DEFAULT_VALUES} if absent.`),
});

/** `POST /api/v1/events/aggregate`, `GET /api/v1/events/facets` and `GET /api/v1/stats`: what events come to. */
export function registerAggregateRoutes(app: FastifyInstance, services: AggregateServices): void {
  const answer = (description: string, schema: z.ZodType, example: unknown) => ({
    200: { description, schema, example },
  });
  app.post(
    '/api/v1/events/aggregate',
    {
      config: { access: READ },
      schema: describeRoute('Count and measure events by fields and by time', {
        body: bodySchema(aggregateBody),
        answers: answer('Groups and their measures', aggregateAnswerSchema, aggregateAnswerExample),
        problems: [...QUERY_PROBLEMS, 'query-cancelled', 'data-corrupt'],
      }),
    },
    async (request, reply) => {
      const query = aggregateQueryOf(await readJson(request, services.limits, aggregateBody, 'query-invalid'));
      return sendQuery(request, reply, services, (options) =>
        services.aggregates.run(request.tenant, query, readerOf(request), options),
      );
    },
  );
  app.get(
    '/api/v1/events/facets',
    {
      config: { access: READ },
      schema: describeRoute('The most frequent values of fields', {
        query: facetsQuery,
        answers: answer('Values and counts by field', facetsAnswerSchema, facetsAnswerExample),
        problems: [...QUERY_PROBLEMS, 'query-cancelled', 'data-corrupt'],
      }),
    },
    (request, reply) => {
      const { fields, limit = DEFAULT_VALUES, time_zone: timeZone, ...which } = readQuery(facetsQuery, request.query);
      const query = { ...which, timeZone, limit, fields: fields === undefined ? DEFAULT_FACETS : facetFields(fields) };
      return sendQuery(request, reply, services, (options) =>
        facetsOf(services.aggregates, request.tenant, query, readerOf(request), options),
      );
    },
  );
  app.get(
    '/api/v1/stats',
    {
      config: { access: READ },
      schema: describeRoute('What the events of a tenant come to', {
        query: statsQuery,
        answers: answer('Totals, days, kinds and actors', statsAnswerSchema, statsAnswerExample),
        problems: [...QUERY_PROBLEMS, 'query-cancelled', 'data-corrupt'],
      }),
    },
    (request, reply) => {
      const { limit = DEFAULT_VALUES, time_zone: timeZone, ...which } = readQuery(statsQuery, request.query);
      return sendQuery(request, reply, services, (options) =>
        statsOf(services.aggregates, request.tenant, { ...which, timeZone, limit }, readerOf(request), options),
      );
    },
  );
}

async function sendQuery(
  request: FastifyRequest,
  reply: FastifyReply,
  services: AggregateServices,
  work: Parameters<typeof runQuery<object>>[3],
): Promise<FastifyReply> {
  const { value, cost } = await runQuery(request, reply, services, work);
  await recordRead(request, 'event.aggregate', 0, services);
  return reply.send({ ...value, cost: shownCost(cost) });
}

/** @throws Problem `query-invalid` */
function aggregateQueryOf(asked: z.output<typeof aggregateBody>): AggregateQuery {
  const { group_by, bucket, measures, having, order, time_zone, ...rest } = asked;
  requireOneFilter(asked);
  return {
    ...rest,
    timeZone: bucket?.time_zone ?? time_zone,
    groupBy: group_by,
    every: bucket?.every,
    measures: measures?.map(readMeasure),
    having: having?.map(({ measure, ...ends }) => ({ measure: readMeasure(measure), ...ends })),
    order: order && {
      measure: order.by === undefined ? undefined : readMeasure(order.by),
      descending: order.direction === 'desc',
    },
  };
}

function facetFields(text: string): string[] {
  const fields = splitFieldList(text).filter((field) => field !== '');
  if (fields.length >= 1 && fields.length <= FACET_MAX_FIELDS) return fields;
  throw new Problem('query-invalid', { detail: `"fields" has 1 to ${FACET_MAX_FIELDS} fields.` });
}
