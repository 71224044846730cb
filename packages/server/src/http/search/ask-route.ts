import { printFilter } from '@attestlog/event';
import {
  type Insight,
  insightCodes,
  intents,
  isTimeZone,
  type QuestionContext,
  questionBounds,
} from '@attestlog/questions';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { ReadOptions } from '../../ports/read-options.js';
import { resolveSealed } from '../../privacy/searching/resolve-sealed.js';
import { answerQuestion, type QuestionAnswer } from '../../query/aggregation/question-answer.js';
import { questionInsights } from '../../query/aggregation/question-insights.js';
import type { EventPage } from '../../query/event-reader.js';
import type { AnsweredReading } from '../../questions/question-reader.js';
import type { GuardedAccess } from '../access/access-declaration.js';
import { readerOf } from '../access/reader-of.js';
import { JSON_TYPE } from '../answers.js';
import { readJson } from '../body/json-body.js';
import { component } from '../reference/component.js';
import { bodySchema, describeRoute } from '../reference/openapi.js';
import type { Services } from '../services.js';
import { aggregateAnswerSchema } from './aggregate-answer.js';
import { costSchema, foundEventSchema } from './page-answer.js';
import { QUERY_PROBLEMS, runQuery, shownCost } from './run-query.js';
import { shownEvents } from './shown-events.js';

const READ: GuardedAccess = { permission: 'events:read', of: 'tenant' };
const DEFAULT_EVENTS = 100;
const TIME_ZONE_MAX_CHARS = 64;

export type AskServices = Pick<
  Services,
  'reader' | 'aggregates' | 'queries' | 'audit' | 'tenants' | 'privacy' | 'limits' | 'questions' | 'sealingOf' | 'nowMs'
>;

export const questionSchema = z.strictObject({
  question: z
    .string()
    .min(1)
    .max(questionBounds.QUESTION_MAX_CHARS)
    .meta({ description: 'A question in English: who deleted order 4711 yesterday?' }),
  time_zone: z
    .string()
    .max(TIME_ZONE_MAX_CHARS)
    .refine(isTimeZone, { error: 'Not a time zone such as Europe/Berlin or UTC.' })
    .default('UTC')
    .meta({ description: 'Where "yesterday" is: a name of the IANA time zone database.' }),
  date_order: z
    .enum(['day-first', 'month-first'])
    .optional()
    .meta({ description: 'How 04/05/2025 is read. Absent: it is asked back.' }),
  search: z
    .boolean()
    .default(true)
    .meta({ description: 'Whether events are searched for, or the question only read.' }),
  insights: z
    .boolean()
    .default(true)
    .meta({ description: 'Whether it is said what strikes about the events: it takes up to seven counts.' }),
});

/** What the route answers; all but the reading only where events were searched for. */
export const askAnswerSchema = z.object({
  reading: z
    .looseObject({
      q: z.string().describe('The filter in the search syntax.'),
      filter: z.record(z.string(), z.unknown()).meta(component('Filter')),
      from: z.string().optional(),
      to: z.string().optional(),
      intent: z.enum(intents),
      order: z.enum(['newest', 'oldest']),
      confidence: z.number(),
      readBy: z.enum(['grammar', 'model']),
    })
    .describe('How the question is taken.'),
  q: z
    .string()
    .optional()
    .describe('The filter of the events: that of the reading, narrowed to what passes its threshold.'),
  answer: aggregateAnswerSchema
    .pick({ rows: true, truncated: true })
    .optional()
    .describe('Counts, where the question asks for them.'),
  not_applied: z.string().optional().describe('What of the question could not be computed.'),
  insights: z.array(z.object({ code: z.enum(insightCodes), text: z.string() })).optional(),
  events: z.array(foundEventSchema).optional(),
  next: z.string().nullable().optional(),
  behind: z.int().min(0).optional(),
  cost: costSchema.optional(),
});

const answerExample = {
  reading: {
    q: 'operation:delete OR action:*.delete',
    filter: { op: 'is', field: 'operation', values: ['delete'] },
    intent: 'count',
    order: 'newest',
    confidence: 1,
    readBy: 'grammar',
    understood: [{ text: 'deletions', offset: 9, as: 'operation:delete OR action:*.delete' }],
    notUnderstood: [],
  },
  q: 'operation:delete OR action:*.delete',
  answer: { rows: [{ group: {}, measures: { count: 0 } }], truncated: false },
  insights: [{ code: 'count', text: 'There are no such events.' }],
  events: [],
  next: null,
  behind: 0,
  cost: { rows_read: 1024, bytes_read: 90112, milliseconds: 3.2 },
} satisfies z.infer<typeof askAnswerSchema>;

/** `POST /api/v1/events/ask`: reads a question in words, says how, and answers it with counts, insights and events. */
export function registerAskRoute(app: FastifyInstance, services: AskServices): void {
  app.post(
    '/api/v1/events/ask',
    {
      config: { access: READ },
      schema: describeRoute('Ask for events in words', {
        body: bodySchema(questionSchema),
        answers: {
          200: { description: 'The reading, and what it finds', schema: askAnswerSchema, example: answerExample },
        },
        problems: [...QUERY_PROBLEMS, 'query-cancelled', 'data-corrupt'],
      }),
    },
    (request, reply) => ask(request, reply, services),
  );
}

async function ask(request: FastifyRequest, reply: FastifyReply, services: AskServices): Promise<FastifyReply> {
  const asked = await readJson(request, services.limits, questionSchema, 'query-invalid');
  const sealing = await services.sealingOf(request.tenant);
  const context: QuestionContext = {
    nowMs: services.nowMs(),
    timeZone: asked.time_zone,
    me: request.principal.subject,
    canAsk: (condition) => resolveSealed(condition, sealing).problem === undefined,
    ...(asked.date_order === undefined ? {} : { dateOrder: asked.date_order }),
  };
  const reading = await services.questions.read(asked.question, context);
  if (!asked.search || reading.clarification !== undefined) return reply.send({ reading: shown(reading) });
  const { timeZone } = context;
  const found = await runQuery(request, reply, services, (options) =>
    find(request, { reading, timeZone, clock: context, insights: asked.insights }, services, options),
  );
  const { page, ...rest } = found.value;
  const events = await shownEvents(request, 'event.search', page.entries, services);
  // "The last 20" are 20, and no page of more. Other pages go on as a search for q, from, to and order.
  const next = isCut(reading) ? null : page.next;
  const head = JSON.stringify({ reading: shown(reading), ...rest }).slice(0, -1);
  const tail = JSON.stringify({ next, behind: page.behind, cost: shownCost(found.cost) }).slice(1);
  return reply.type(JSON_TYPE).send(`${head},"events":[${events}],${tail}`);
}

/** The filter as a tree, and as the text that the search takes. */
function shown(reading: AnsweredReading): object {
  return { ...reading, q: printFilter(reading.filter) };
}

interface Asked {
  reading: AnsweredReading;
  timeZone: string;
  clock: QuestionContext;
  insights: boolean;
}

interface Found extends Omit<QuestionAnswer, 'evidence' | 'notApplied'> {
  /** The filter of the events: that of the reading, narrowed to what passes its threshold. */
  q: string;
  not_applied?: string;
  insights?: Insight[];
  page: EventPage;
}

async function find(
  request: FastifyRequest,
  { reading, timeZone, clock, insights }: Asked,
  { reader, aggregates }: AskServices,
  options: ReadOptions,
): Promise<Found> {
  const { tenant } = request;
  const who = readerOf(request);
  const { evidence, notApplied, ...counted } = await answerQuestion(
    aggregates,
    tenant,
    { reading, timeZone },
    who,
    options,
  );
  const { from, to, order } = reading;
  const q = printFilter(evidence);
  const limit = isCut(reading) ? reading.limit : DEFAULT_EVENTS;
  const page = await reader.page(
    tenant,
    { filter: evidence, from, to, order, limit: limit ?? DEFAULT_EVENTS },
    who,
    options,
  );
  const narrowed = { reading: { ...reading, filter: evidence }, clock };
  return {
    q,
    ...counted,
    ...(notApplied === undefined ? {} : { not_applied: notApplied }),
    ...(insights ? { insights: await questionInsights(aggregates, tenant, narrowed, who, options) } : {}),
    page,
  };
}

/** Whether the number that is asked for is one of events. The top five are five values. */
function isCut({ limit, intent }: AnsweredReading): boolean {
  return limit !== undefined && intent !== 'top';
}
