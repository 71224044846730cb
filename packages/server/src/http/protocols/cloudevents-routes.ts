import { cloudEventOfHttp, cloudEventsDialect, isBinaryMode } from '@attestlog/event';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Problem } from '../../errors.js';
import { acceptRecords, type ForeignRecord } from '../../protocols/foreign-records.js';
import type { GuardedAccess } from '../access/access-declaration.js';
import { RECORDING_PROBLEMS } from '../dialects/route-problems.js';
import { countStatuses } from '../events/event-routes.js';
import { sayLimits } from '../rate-limit-headers.js';
import { bodySchema, describeRoute } from '../reference/openapi.js';
import type { Services } from '../services.js';
import { exampleOne, oneAnswer, oneOrSeveralAnswer } from './answer-schemas.js';
import { BATCH_TYPE, STRUCTURED_TYPE } from './cloudevents-types.js';
import { foreignDocument, textOf } from './foreign-document.js';
import { mediaTypeOf, rawBody } from './raw-body.js';
import { answerOne } from './single-answer.js';

const WRITE: GuardedAccess = { permission: 'events:write', of: 'tenant' };
const ROUTE = '/api/v1/cloudevents';

const MAX_BATCH_ITEMS = 1000;

const cloudEvent = z.looseObject({
  specversion: z.literal('1.0'),
  id: z.string().min(1),
  source: z.string().min(1),
  type: z.string().min(1),
});

/**
 * `POST /api/v1/cloudevents`: CloudEvents 1.0 in the three modes of the HTTP protocol binding, as a webhook of the
 * webhook specification; `OPTIONS` answers its handshake. A batch is stored whole or not at all: its sender sees the
 * status only.
 */
export function registerCloudEventsRoutes(scope: FastifyInstance, services: Services): void {
  scope.post(
    ROUTE,
    {
      config: { access: WRITE },
      schema: describeRoute('Record CloudEvents: one (binary or structured mode), or a batch', {
        body: bodySchema(cloudEvent),
        bodyType: STRUCTURED_TYPE,
        answers: {
          200: { description: 'Recorded before.', schema: oneAnswer, example: { ...exampleOne, duplicate: true } },
          201: {
            description: 'Recorded. Of a batch: what became of each event.',
            schema: oneOrSeveralAnswer,
            example: exampleOne,
          },
        },
        problems: [...RECORDING_PROBLEMS, 'event-invalid', 'id-conflict', 'batch-too-long'],
      }),
    },
    (request, reply) => receive(request, reply, services),
  );
  scope.options(
    ROUTE,
    {
      config: { access: 'open' },
      schema: describeRoute('The handshake of webhooks that deliver CloudEvents', {
        headers: { 'WebHook-Request-Origin': 'Who wants to deliver.' },
        answers: { 200: { description: 'The sender that the headers name may deliver, if it has a credential.' } },
      }),
    },
    shakeHands,
  );
}

async function receive(request: FastifyRequest, reply: FastifyReply, services: Services): Promise<FastifyReply> {
  const body = await rawBody(request, services.limits);
  const { tenant } = request;
  const options = { dialect: cloudEventsDialect, intake: services.intake };
  const type = mediaTypeOf(request);
  if (type === BATCH_TYPE) {
    const accepted = await acceptRecords(tenant, recordsOfBatch(body), { ...options, atomic: true });
    sayLimits(reply, accepted.limits);
    services.metrics.countResults(accepted.results);
    return reply.code(201).send({ ...countStatuses(accepted.results), results: accepted.results });
  }
  const record = type === STRUCTURED_TYPE ? structuredRecord(body) : binaryRecord(request, body);
  return answerOne(reply, await acceptRecords(tenant, [record], options), services);
}

/** @throws Problem `body-wrong-type` for what is in no mode that we know: then its type is the first thing to mend */
function binaryRecord({ headers }: FastifyRequest, body: Buffer): ForeignRecord {
  if (!isBinaryMode(headers)) {
    throw new Problem('body-wrong-type', {
      detail: `Send ${STRUCTURED_TYPE}, ${BATCH_TYPE}, or the headers ce-specversion, ce-id, ce-source and ce-type.`,
    });
  }
  const read = cloudEventOfHttp(headers, body);
  return read.ok ? { value: read.record } : { error: read.problems[0]! };
}

function structuredRecord(body: Buffer): ForeignRecord {
  const { value, record } = foreignDocument(textOf(body));
  return record(value);
}

function recordsOfBatch(body: Buffer): ForeignRecord[] {
  const { value, record } = foreignDocument(textOf(body));
  if (!Array.isArray(value)) throw new Problem('body-not-json', { detail: 'A batch is a JSON array of CloudEvents.' });
  if (value.length > MAX_BATCH_ITEMS) throw new Problem('batch-too-long');
  return value.map(record);
}

/** An origin as the specification has it: a DNS name. */
const ORIGIN = /^[A-Za-z0-9.:/_-]{1,253}$/;

/**
 * Consents at once (webhook specification 1.0.2, section 4.2): that a sender may deliver is decided by its credential,
 * with each request. Nobody is told how fast it may be but by the limits of the tenant, with 429.
 */
async function shakeHands({ headers }: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const origin = headers['webhook-request-origin'];
  reply.header('allow', 'OPTIONS, POST');
  if (typeof origin === 'string' && ORIGIN.test(origin)) {
    reply.header('webhook-allowed-origin', origin);
    if (headers['webhook-request-rate'] !== undefined) reply.header('webhook-allowed-rate', '*');
  }
  return reply.code(200).send();
}
