import { printFilter } from '@attestlog/event';
import { isTimeZone, type QuestionContext, questionBounds } from '@attestlog/questions';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { resolveSealed } from '../privacy/searching/resolve-sealed.js';
import type { AnsweredReading } from '../questions/question-reader.js';
import type { GuardedAccess } from './access-declaration.js';
import { JSON_TYPE } from './answers.js';
import { readJson } from './json-body.js';
import { bodySchema, describeRoute } from './openapi.js';
import { readerOf } from './reader-of.js';
import type { Services } from './services.js';
import { shownEvents } from './shown-events.js';

const READ: GuardedAccess = { permission: 'events:read', of: 'tenant' };
const DEFAULT_EVENTS = 100;
const TIME_ZONE_MAX_CHARS = 64;

export type AskServices = Pick<
  Services,
  'reader' | 'audit' | 'tenants' | 'privacy' | 'limits' | 'questions' | 'sealingOf' | 'nowMs'
>;

const questionSchema = z.strictObject({
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
});

/** `POST /api/v1/events/ask`: reads a question in words, says how, and gives the newest events that it is about. */
export function registerAskRoute(app: FastifyInstance, services: AskServices): void {
  app.post(
    '/api/v1/events/ask',
    {
      config: { access: READ },
      schema: describeRoute('Ask for events in words', { body: bodySchema(questionSchema) }),
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
  return sendPage(request, reply, reading, services);
}

/** The filter as a tree, and as the text that the search takes. */
function shown(reading: AnsweredReading): object {
  return { ...reading, q: printFilter(reading.filter) };
}

async function sendPage(
  request: FastifyRequest,
  reply: FastifyReply,
  reading: AnsweredReading,
  services: AskServices,
): Promise<FastifyReply> {
  const { filter, from, to, limit = DEFAULT_EVENTS, order } = reading;
  // Pages go from the newest on; what asks for the oldest is read, and not answered with something else.
  if (order === 'oldest') return reply.send({ reading: shown(reading) });
  const query = { q: printFilter(filter), from, to, limit };
  const { entries, next, behind } = await services.reader.page(request.tenant, query, readerOf(request));
  const events = await shownEvents(request, 'event.search', entries, services);
  // "The last 20" are 20, and no page of more. Other pages go on as a search for q, from and to, which this cursor is of.
  const shownNext = reading.limit === undefined ? next : null;
  const head = JSON.stringify(shown(reading));
  return reply
    .type(JSON_TYPE)
    .send(`{"reading":${head},"events":[${events}],"next":${JSON.stringify(shownNext)},"behind":${behind}}`);
}
