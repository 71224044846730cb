import { ocsfDialect } from '@attestlog/event';
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
import { exampleOne, exampleSeveral, oneAnswer, oneOrSeveralAnswer, severalAnswer } from './answer-schemas.js';
import { foreignDocument, recordOfLine, textOf } from './foreign-document.js';
import { mediaTypeOf, rawBody } from './raw-body.js';
import { answerOne } from './single-answer.js';

const WRITE: GuardedAccess = { permission: 'events:write', of: 'tenant' };
const MAX_ITEMS = 1000;
const LINE_TYPES: ReadonlySet<string | undefined> = new Set(['application/x-ndjson', 'application/jsonl']);

const ocsfEvent = z.looseObject({ class_uid: z.int(), activity_id: z.int().optional(), time: z.int().optional() });

/** `POST /api/v1/ocsf`: OCSF 1.x, one event, an array, or lines (NDJSON) of up to 1,000. */
export function registerOcsfRoute(scope: FastifyInstance, services: Services): void {
  scope.post(
    '/api/v1/ocsf',
    {
      config: { access: WRITE },
      schema: describeRoute('Record OCSF events: one, an array, or lines (NDJSON) of up to 1,000', {
        body: bodySchema(ocsfEvent),
        answers: {
          200: {
            description: 'The one event was recorded before.',
            schema: oneAnswer,
            example: { ...exampleOne, duplicate: true },
          },
          201: {
            description: 'Recorded; of several, what became of each.',
            schema: oneOrSeveralAnswer,
            example: exampleOne,
          },
          207: { description: 'Some were not recorded.', schema: severalAnswer, example: exampleSeveral },
        },
        problems: [...RECORDING_PROBLEMS, 'event-invalid', 'id-conflict', 'batch-too-long'],
      }),
    },
    (request, reply) => receive(request, reply, services),
  );
}

async function receive(request: FastifyRequest, reply: FastifyReply, services: Services): Promise<FastifyReply> {
  const body = await rawBody(request, services.limits);
  const type = mediaTypeOf(request);
  if (type !== 'application/json' && !LINE_TYPES.has(type)) {
    throw new Problem('body-wrong-type', { detail: 'OCSF is sent as application/json or application/x-ndjson.' });
  }
  const text = textOf(body);
  const options = { dialect: ocsfDialect, intake: services.intake };
  const records = LINE_TYPES.has(type) ? recordsOfLines(text) : recordsOfDocument(text);
  if (!Array.isArray(records))
    return answerOne(reply, await acceptRecords(request.tenant, [records], options), services);
  if (records.length > MAX_ITEMS) {
    throw new Problem('batch-too-long', {
      detail: `There are ${records.length} events; at most ${MAX_ITEMS} are possible.`,
    });
  }
  const { results, limits } = await acceptRecords(request.tenant, records, options);
  sayLimits(reply, limits);
  services.metrics.countResults(results);
  const counts = countStatuses(results);
  return reply.code(counts.conflicts + counts.refused === 0 ? 201 : 207).send({ ...counts, results });
}

/** The record of a document that is one, else those that it lists. @throws Problem `body-not-json` */
function recordsOfDocument(text: string): ForeignRecord | ForeignRecord[] {
  const { value, record } = foreignDocument(text);
  const records = ocsfDialect.recordsOf(value);
  return records.length === 1 && records[0] === value ? record(value) : records.map(record);
}

function recordsOfLines(text: string): ForeignRecord[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map(recordOfLine);
}
