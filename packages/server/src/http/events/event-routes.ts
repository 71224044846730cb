import { bounds, parseJson } from '@attestlog/event';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type ErrorCode, Problem } from '../../errors.js';
import { from } from '../../failures.js';
import { blobKey, unreadable } from '../../intake/intake.js';
import type { ItemResult } from '../../intake/item.js';
import type { GuardedAccess } from '../access/access-declaration.js';
import { readerOf } from '../access/reader-of.js';
import { recordRead } from '../access/record-read.js';
import { JSON_TYPE } from '../answers.js';
import { bytesOf } from '../body/json-body.js';
import { flag, readQuery } from '../parameters.js';
import { answerInDialect, viewNames } from '../protocols/dialect-view.js';
import { sayLimits } from '../rate-limit-headers.js';
import { batchSchema, describeRoute, eventSchema } from '../reference/openapi.js';
import { foundEventSchema } from '../search/page-answer.js';
import { runQuery } from '../search/run-query.js';
import { shownEvents } from '../search/shown-events.js';
import type { Services } from '../services.js';
import { requireReadableBlob } from './blob-of-event.js';
import { batchAnswerSchema, knownAnswerSchema, storedAnswerSchema } from './event-answers.js';

const WRITE: GuardedAccess = { permission: 'events:write', of: 'tenant' };
const READ: GuardedAccess = { permission: 'events:read', of: 'tenant' };

/** Whose bodies are large, and whose refusal is worth more the earlier it comes. */
export const BATCH_ROUTE = '/api/v1/events/batch';

const MAX_BATCH_ITEMS = 1000;

const singleQuery = z.object({ wait: z.enum(['sealed']).optional().describe('Wait for the receipt.') });
const batchQuery = z.object({
  atomic: flag.optional().describe('Store all events or none.'),
  wait: z.enum(['sealed']).optional().describe('Wait for the receipts.'),
});
const blobQuery = z.object({
  event: z
    .string()
    .max(bounds.ID_MAX_CHARS)
    .optional()
    .describe('The event that it belongs to; needed by whoever may read some events only.'),
});
const oneQuery = z.object({
  as: z.enum(viewNames).optional().describe('The dialect to answer in: as the event was sent, if it came in that one.'),
});
const none = z.object({});

const WRITE_PROBLEMS: readonly ErrorCode[] = [
  'quota-exceeded',
  'tenant-suspended',
  'tenant-gone',
  'journal-full',
  'journal-unavailable',
  'objects-unavailable',
  'master-key-unavailable',
  'seal-timeout',
];
const READ_PROBLEMS: readonly ErrorCode[] = ['event-unknown', 'grant-unanswerable', 'reason-missing', 'data-corrupt'];

/** `/api/v1/events` and what is below it, but for searches and the stream. */
export function registerEventRoutes(app: FastifyInstance, services: Services): void {
  app.post(
    '/api/v1/events',
    {
      config: { access: WRITE },
      schema: describeRoute('Record one event', {
        query: singleQuery,
        body: eventSchema(),
        answers: {
          200: { description: 'It was recorded before, or the policy leaves it out.', schema: knownAnswerSchema },
          201: { description: 'It is recorded.', schema: storedAnswerSchema },
        },
        problems: [...WRITE_PROBLEMS, 'event-invalid', 'id-conflict'],
      }),
    },
    (request, reply) => postOne(request, reply, services),
  );
  app.post(
    BATCH_ROUTE,
    {
      config: { access: WRITE },
      schema: describeRoute('Record up to 1,000 events', {
        query: batchQuery,
        body: batchSchema(),
        answers: {
          201: { description: 'All are recorded, now or before, or left out by policy.', schema: batchAnswerSchema },
          207: { description: 'Some are not: see the results.', schema: batchAnswerSchema },
        },
        problems: [...WRITE_PROBLEMS, 'batch-too-long', 'batch-refused'],
      }),
    },
    (request, reply) => postBatch(request, reply, services),
  );
  app.get<{ Params: { id: string } }>(
    '/api/v1/events/:id',
    {
      config: { access: READ },
      schema: describeRoute('One event', {
        query: oneQuery,
        answers: {
          200: {
            description: 'The event; with ?as=, in that dialect.',
            schema: z.union([foundEventSchema, z.unknown()]),
            otherTypes: ['application/cloudevents+json', 'text/plain'],
          },
        },
        problems: READ_PROBLEMS,
      }),
    },
    async (request, reply) => {
      const { as } = readQuery(oneQuery, request.query);
      const { value: entry } = await runQuery(request, reply, services, (options) =>
        services.reader.get(request.tenant, request.params.id, readerOf(request), options),
      );
      if (as !== undefined) return answerInDialect(request, reply, entry, as, services);
      const [event] = await shownEvents(request, 'event.read', [entry], services);
      return reply.type(JSON_TYPE).send(event);
    },
  );
  app.get<{ Params: { id: string } }>(
    '/api/v1/events/:id/receipt',
    {
      config: { access: READ },
      schema: describeRoute('The proof that an event is in the log (C2SP tlog-proof)', {
        query: none,
        answers: { 200: { description: 'The receipt.', type: 'text/plain' } },
        problems: READ_PROBLEMS,
      }),
    },
    async (request, reply) => {
      readQuery(none, request.query);
      const { value } = await runQuery(request, reply, services, (options) =>
        services.reader.get(request.tenant, request.params.id, readerOf(request), options),
      );
      const { index } = value;
      const receipt = await services.log.receipt(request.tenant, index);
      await recordRead(request, 'receipt.read', 1, services);
      return reply.type('text/plain; charset=utf-8').send(receipt);
    },
  );
  app.get<{ Params: { sha256: string } }>(
    '/api/v1/blobs/:sha256',
    {
      config: { access: READ },
      schema: describeRoute('A payload that was too large for its entry', {
        query: blobQuery,
        answers: { 200: { description: 'Its bytes.', type: 'application/octet-stream' } },
        problems: ['blob-unknown', 'event-unknown', 'grant-unanswerable', 'objects-unavailable'],
      }),
    },
    (request, reply) => getBlob(request, request.params.sha256, reply, services),
  );
}

async function postOne(request: FastifyRequest, reply: FastifyReply, services: Services): Promise<FastifyReply> {
  const { wait } = readQuery(singleQuery, request.query);
  const parsed = parseJson((await bytesOf(request, services.limits)).toString('utf8'));
  if (parsed.error !== undefined) throw unreadable(parsed.error);
  const source = { kind: 'values', values: [parsed.value] } as const;
  const { results, throughSequence, limits } = await services.intake.accept(request.tenant, source, { atomic: false });
  sayLimits(reply, limits);
  services.metrics.countResults(results);
  const result = results[0]!;
  if (result.status === 'refused') throw new Problem('event-invalid', { members: { problems: result.problems } });
  if (result.status === 'left_out') return reply.send({ id: result.id, left_out: result.reason });
  const { id, position, status } = result;
  if (status === 'conflict') throw new Problem('id-conflict', { members: { id, position } });
  const answer = { id, position, duplicate: status === 'duplicate' };
  if (wait !== 'sealed') return reply.code(status === 'stored' ? 201 : 200).send(answer);
  const proofs = await waitSealed(request.tenant, [id], throughSequence, services);
  return reply.code(status === 'stored' ? 201 : 200).send({ ...answer, ...proofs.get(id) });
}

interface Proof {
  index: number;
  receipt: string;
}

/**
 * Waits until what was accepted is sealed, and gives each id's place in the log and its receipt.
 * @throws Problem `seal-timeout` when the events are stored but not sealed in time
 */
async function waitSealed(
  tenant: string,
  ids: readonly string[],
  sequence: number,
  services: Services,
): Promise<Map<string, Proof>> {
  // A repeat may be in the journal still: whatever was acknowledged so far is waited for.
  const target = sequence === 0 ? services.progress.acknowledgedThrough : sequence;
  const sealed = await services.progress.waitFor(target, AbortSignal.timeout(services.limits.sealWaitMs));
  if (!sealed) throw new Problem('seal-timeout', { members: { ids } });
  const indexes = await services.reader.indexesOf(tenant, ids);
  const proofs = new Map<string, Proof>();
  for (const [id, index] of indexes) proofs.set(id, { index, receipt: await services.log.receipt(tenant, index) });
  return proofs;
}

async function postBatch(request: FastifyRequest, reply: FastifyReply, services: Services): Promise<FastifyReply> {
  const { atomic, wait } = readQuery(batchQuery, request.query);
  const source = { kind: 'array', bytes: await bytesOf(request, services.limits), maxItems: MAX_BATCH_ITEMS } as const;
  const accepted = await services.intake.accept(request.tenant, source, { atomic: atomic === true });
  const { results, throughSequence } = accepted;
  sayLimits(reply, accepted.limits);
  services.metrics.countResults(results);
  const counts = countStatuses(results);
  reply.code(counts.conflicts + counts.refused === 0 ? 201 : 207);
  if (wait !== 'sealed') return reply.send({ ...counts, results });
  // Where another event has the id already, its place and its receipt are for those who may read it.
  const mayReadAll = request.authorization.extentOf('events:read', request.tenant) === 'all';
  const isProven = ({ status }: ItemResult) => (status === 'conflict' ? mayReadAll : status !== 'refused');
  const ids = results.flatMap((result) => (isProven(result) ? [result.id as string] : []));
  const proofs = await waitSealed(request.tenant, [...new Set(ids)], throughSequence, services);
  return reply.send({ ...counts, results: results.map((result) => ({ ...result, ...proofs.get(result.id ?? '') })) });
}

export function countStatuses(
  results: readonly ItemResult[],
): Record<string, number> & { conflicts: number; refused: number } {
  const counts = { stored: 0, duplicates: 0, conflicts: 0, refused: 0, left_out: 0 };
  for (const { status } of results) {
    if (status === 'stored') counts.stored += 1;
    else if (status === 'duplicate') counts.duplicates += 1;
    else if (status === 'conflict') counts.conflicts += 1;
    else if (status === 'refused') counts.refused += 1;
    else counts.left_out += 1;
  }
  return counts;
}

async function getBlob(
  request: FastifyRequest,
  sha256: string,
  reply: FastifyReply,
  services: Services,
): Promise<FastifyReply> {
  const { event } = readQuery(blobQuery, request.query);
  const { tenant } = request;
  if (!/^[0-9a-f]{64}$/.test(sha256)) throw new Problem('blob-unknown');
  await runQuery(request, reply, services, (options) =>
    requireReadableBlob(tenant, sha256, event, readerOf(request), services.reader, options),
  );
  const bytes = await from('objects', services.objects.get(blobKey(tenant, sha256)));
  if (bytes === undefined) throw new Problem('blob-unknown');
  await recordRead(request, 'blob.read', 1, services);
  return reply
    .type('application/octet-stream')
    .header('cache-control', 'private, max-age=31536000, immutable')
    .send(Buffer.from(bytes));
}
