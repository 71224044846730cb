import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Problem } from '../../errors.js';
import { from } from '../../failures.js';
import type { GuardedAccess } from '../access/access-declaration.js';
import { personalReaderOf } from '../access/personal-reader.js';
import { readerOf } from '../access/reader-of.js';
import { readQuery, wholeNumber } from '../parameters.js';
import { describeRoute } from '../reference/openapi.js';
import type { Services } from '../services.js';
import { openingRangeAnswerSchema, openingsAnswerSchema } from './privacy-answers.js';

const OPEN: GuardedAccess = { permission: 'pii:read', of: 'tenant' };

/** As many as a bundle of the log has, so that a verifier asks once for each. */
export const OPENINGS_MAX_ENTRIES = 256;

const MAX_INDEX = 2 ** 48;
const none = z.object({});
const rangeQuery = z.object({
  from: wholeNumber(0, MAX_INDEX).describe('Index of the first entry.'),
  to: wholeNumber(1, MAX_INDEX).describe(`Index after the last one; at most ${OPENINGS_MAX_ENTRIES} entries.`),
});

type OpeningServices = Pick<Services, 'privacy' | 'progress' | 'reader'>;

interface IdParams {
  id: string;
}

/** The openings of sealed fields: values and salts, with which anybody can check what an entry commits to. */
export function registerOpeningRoutes(app: FastifyInstance, services: OpeningServices): void {
  app.get<{ Params: IdParams }>(
    '/api/v1/events/:id/openings',
    {
      config: { access: OPEN },
      schema: describeRoute('What it takes to check the sealed fields of an event: values and salts', {
        query: none,
        answers: { 200: { description: 'The openings.', schema: openingsAnswerSchema } },
        problems: ['event-unknown', 'reason-missing', 'grant-unanswerable', 'master-key-unavailable'],
      }),
    },
    (request, reply) => getOpenings(request, request.params.id, reply, services),
  );
  app.get(
    '/api/v1/privacy/openings',
    {
      config: { access: OPEN },
      schema: describeRoute('The openings of entries by their indexes, for a verifier of the whole log', {
        query: rangeQuery,
        answers: { 200: { description: 'The openings of each entry that has any.', schema: openingRangeAnswerSchema } },
        problems: ['reason-missing', 'master-key-unavailable'],
      }),
    },
    (request, reply) => getRange(request, reply, services),
  );
}

/** @throws Problem `event-unknown`, also for an event outside the grants, `reason-missing` */
async function getOpenings(
  request: FastifyRequest,
  id: string,
  reply: FastifyReply,
  { privacy, reader }: OpeningServices,
): Promise<FastifyReply> {
  readQuery(none, request.query);
  const { tenant } = request;
  const found = await reader.get(tenant, id, readerOf(request));
  const as = personalReaderOf(request);
  if (!(await privacy.personalData.mayUnmask(tenant, found, as))) throw new Problem('event-unknown');
  const [openings] = await privacy.personalData.openings(tenant, [found], as, 'pii.open');
  return reply.header('cache-control', 'no-store').send({ index: found.index, openings });
}

/**
 * Entries without any opening are left out; one that retention removed is not there. It is recorded as one unmasking.
 *
 * @throws Problem `permission-denied` for whoever may see some events only, `reason-missing`
 */
async function getRange(
  request: FastifyRequest,
  reply: FastifyReply,
  { privacy, progress }: OpeningServices,
): Promise<FastifyReply> {
  const { from: first, to: end } = readQuery(rangeQuery, request.query);
  if (end <= first || end - first > OPENINGS_MAX_ENTRIES) {
    throw new Problem('query-invalid', {
      detail: `"to" must be after "from", by at most ${OPENINGS_MAX_ENTRIES}`,
    });
  }
  requireEverything(request);
  const { tenant } = request;
  // Without waiting for newer writes: whoever has an index has it from a checkpoint. The record of this very read is such
  // a write, and the next request would wait for it.
  const before = progress.sealedBefore;
  const stored = await from('store', privacy.store.entries(tenant, first, end));
  const committed = stored.filter(({ position }) => position < before);
  const { mayUnmask: _, ...who } = personalReaderOf(request);
  const opened = await privacy.personalData.openings(tenant, committed, who, 'pii.open');
  const openings = committed.flatMap(({ index }, place) => {
    const fields = opened[place]!;
    return fields.length === 0 ? [] : [{ index, openings: fields }];
  });
  return reply.header('cache-control', 'no-store').send({ openings });
}

/** Entries are named by their places here and not looked at one by one, so a grant with conditions does not give them. */
function requireEverything({ authorization, tenant }: FastifyRequest): void {
  for (const permission of ['events:read', 'pii:read'] as const) {
    if (authorization.extentOf(permission, tenant) === 'all') continue;
    throw new Problem('permission-denied', {
      detail: 'Openings by index are for those who may see every event of the tenant.',
      members: { permission },
    });
  }
}
