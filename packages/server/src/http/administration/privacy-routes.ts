import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { recordAct } from '../../access/audited-act.js';
import { Problem } from '../../errors.js';
import type { ErasureDocument } from '../../privacy/erasure/erasure-document.js';
import { publicHold } from '../../privacy/erasure/erasures.js';
import type { HoldDocument } from '../../privacy/erasure/hold-document.js';
import type { PrivacyServices } from '../../privacy/privacy-services.js';
import { readBarrier } from '../../sequencer/read-barrier.js';
import type { GuardedAccess } from '../access/access-declaration.js';
import { administratorOf } from '../access/administrator.js';
import { requesterOf } from '../access/personal-reader.js';
import { REASON_MAX_CHARS, reasonOf } from '../access/reason.js';
import { readJson } from '../body/json-body.js';
import { readQuery, wholeNumber } from '../parameters.js';
import { bodySchema, describeRoute } from '../reference/openapi.js';
import type { Services } from '../services.js';
import { registerOpeningRoutes } from './opening-routes.js';
import {
  erasureAnswerSchema,
  erasuresAnswerSchema,
  holdAnswerSchema,
  holdsAnswerSchema,
  newHoldAnswerSchema,
} from './privacy-answers.js';

const READ: GuardedAccess = { permission: 'privacy:read', of: 'tenant' };
const ERASE: GuardedAccess = { permission: 'privacy:erase', of: 'tenant' };
const EXPORT: GuardedAccess = { permission: 'privacy:export', of: 'tenant' };
const HOLD: GuardedAccess = { permission: 'privacy:hold', of: 'tenant' };

const MAX_PAGE = 1000;
const MAX_ALIASES = 20;

const identifier = z.string().min(1).max(1024);
const reason = z.string().trim().min(1).max(REASON_MAX_CHARS);
const person = {
  subject: identifier.describe('The person: the actor id of their events, or else the e-mail address or name in them.'),
  aliases: z
    .array(identifier)
    .max(MAX_ALIASES)
    .describe('Further identifiers of the same person: e-mail addresses, IP addresses, former ids.')
    .optional(),
  reason: reason.describe('Why; recorded, so without names. The header X-Reason if absent.').optional(),
};
const erasureSchema = z.strictObject(person);
const exportSchema = z.strictObject({
  ...person,
  receipts: z.boolean().describe('Whether each event comes with the proof that it is in the log.').optional(),
});
const holdSchema = z.strictObject({
  subject: person.subject.describe('Whose data is held; everybody’s if absent.').optional(),
  aliases: person.aliases,
  reason: reason.describe('Why, such as the case and who ordered it.'),
});
const listQuery = z.object({
  after: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/)
    .optional()
    .describe('Those after this id.'),
  limit: wholeNumber(1, MAX_PAGE).optional().describe(`How many, 1 to ${MAX_PAGE}; 100 if absent.`),
});
const none = z.object({});

/** What these routes need. */
export type PrivacyRouteServices = Pick<
  Services,
  'audit' | 'delegations' | 'limits' | 'progress' | 'reader' | 'privacy'
>;

interface IdParams {
  id: string;
}

/** `/api/v1/privacy`: erasures, exports and legal holds; and the openings of an event's sealed fields. */
export function registerPrivacyRoutes(app: FastifyInstance, services: PrivacyRouteServices): void {
  registerErasures(app, services);
  registerHolds(app, services);
  app.post(
    '/api/v1/privacy/exports',
    {
      config: { access: EXPORT },
      schema: describeRoute('All of a person’s events as a pack (NDJSON)', {
        query: none,
        body: bodySchema(exportSchema),
        answers: { 200: { description: 'The pack.', type: 'application/x-ndjson' } },
        problems: ['privacy-input-invalid', 'reason-missing', 'master-key-unavailable'],
      }),
    },
    (request, reply) => postExport(request, reply, services),
  );
  registerOpeningRoutes(app, services);
}

function registerErasures(app: FastifyInstance, services: PrivacyRouteServices): void {
  app.post(
    '/api/v1/privacy/erasures',
    {
      config: { access: ERASE },
      schema: describeRoute('Erase a person’s data; cannot be undone', {
        query: none,
        body: bodySchema(erasureSchema),
        answers: {
          200: { description: 'It is done.', schema: erasureAnswerSchema },
          202: { description: 'It goes on.', schema: erasureAnswerSchema },
        },
        problems: ['privacy-input-invalid', 'hold-in-force', 'reason-missing', 'master-key-unavailable'],
      }),
    },
    (request, reply) => postErasure(request, reply, services),
  );
  app.get(
    '/api/v1/privacy/erasures',
    {
      config: { access: READ },
      schema: describeRoute('The erasures that there were', {
        query: listQuery,
        answers: { 200: { description: 'A page of erasures.', schema: erasuresAnswerSchema } },
      }),
    },
    async (request, reply) => {
      const page = await listPage(request, (options) => services.privacy.erasures.list(request.tenant, options));
      return reply.send({ erasures: page.items.map(shownErasure), next: page.next });
    },
  );
  app.get<{ Params: IdParams }>(
    '/api/v1/privacy/erasures/:id',
    {
      config: { access: READ },
      schema: describeRoute('One erasure, how far it is, and its certificate', {
        query: none,
        answers: { 200: { description: 'The erasure.', schema: erasureAnswerSchema } },
        problems: ['erasure-unknown'],
      }),
    },
    async (request, reply) => {
      readQuery(none, request.query);
      return reply.send(shownErasure(await services.privacy.erasures.get(request.tenant, request.params.id)));
    },
  );
}

function registerHolds(app: FastifyInstance, services: PrivacyRouteServices): void {
  app.post(
    '/api/v1/privacy/holds',
    {
      config: { access: HOLD },
      schema: describeRoute('Set a legal hold on a person, or on the tenant', {
        query: none,
        body: bodySchema(holdSchema),
        answers: { 201: { description: 'The hold.', schema: newHoldAnswerSchema } },
        problems: ['privacy-input-invalid', 'master-key-unavailable'],
      }),
    },
    (request, reply) => postHold(request, reply, services),
  );
  app.get(
    '/api/v1/privacy/holds',
    {
      config: { access: READ },
      schema: describeRoute('The legal holds in force', {
        query: listQuery,
        answers: { 200: { description: 'A page of holds.', schema: holdsAnswerSchema } },
      }),
    },
    async (request, reply) => {
      const page = await listPage(request, (options) => services.privacy.holds.list(request.tenant, options));
      return reply.send({ holds: page.items.map(publicHold), next: page.next });
    },
  );
  app.get<{ Params: IdParams }>(
    '/api/v1/privacy/holds/:id',
    {
      config: { access: READ },
      schema: describeRoute('One legal hold', {
        query: none,
        answers: { 200: { description: 'The hold.', schema: holdAnswerSchema } },
        problems: ['hold-unknown'],
      }),
    },
    async (request, reply) => {
      readQuery(none, request.query);
      return reply.send(publicHold(await services.privacy.holds.get(request.tenant, request.params.id)));
    },
  );
  app.delete<{ Params: IdParams }>(
    '/api/v1/privacy/holds/:id',
    {
      config: { access: HOLD },
      schema: describeRoute('Lift a legal hold', {
        query: none,
        answers: { 204: { description: 'Done.' } },
        problems: ['hold-unknown'],
      }),
    },
    (request, reply) => deleteHold(request, request.params.id, reply, services),
  );
}

/** Done at once as a rule. Where something does not answer, the erasure goes on by itself: then the answer is 202. */
async function postErasure(
  request: FastifyRequest,
  reply: FastifyReply,
  { privacy, limits }: PrivacyRouteServices,
): Promise<FastifyReply> {
  readQuery(none, request.query);
  const { subject, aliases = [], reason: why } = await readBody(request, limits, erasureSchema);
  const given = why ?? reasonOf(request);
  const asked = { identifiers: [subject, ...aliases], ...(given === undefined ? {} : { reason: given }) };
  const erasure = await privacy.erasures.request(request.tenant, asked, requesterOf(request));
  return reply
    .code(erasure.state === 'done' ? 200 : 202)
    .header('location', `/api/v1/privacy/erasures/${erasure.id}`)
    .send(shownErasure(erasure));
}

async function postHold(
  request: FastifyRequest,
  reply: FastifyReply,
  services: PrivacyRouteServices,
): Promise<FastifyReply> {
  readQuery(none, request.query);
  const { privacy, limits } = services;
  const { subject, aliases = [], reason: why } = await readBody(request, limits, holdSchema);
  if (subject === undefined && aliases.length > 0) {
    throw new Problem('privacy-input-invalid', { detail: '/aliases: there is no subject that they are aliases of' });
  }
  const whose = subject === undefined ? {} : await heldPerson(request.tenant, [subject, ...aliases], privacy);
  const document: HoldDocument = {
    id: privacy.newId(),
    ...whose,
    reason: why,
    set_at: privacy.now(),
    set_by: request.principal.id,
  };
  const { hold, tooLate } = await privacy.holds.set(request.tenant, document);
  await recordHold(request, services, 'hold.set', 'create', hold);
  return reply
    .code(201)
    .header('location', `/api/v1/privacy/holds/${hold.id}`)
    .send({ ...publicHold(hold), ...(tooLate.length === 0 ? {} : { too_late_for: tooLate }) });
}

async function heldPerson(
  tenant: string,
  identifiers: readonly [string, ...string[]],
  { subjectKeys }: PrivacyServices,
): Promise<Pick<HoldDocument, 'subject' | 'tags'>> {
  return { subject: identifiers[0], tags: await subjectKeys.tagsOfPerson(tenant, identifiers) };
}

async function deleteHold(
  request: FastifyRequest,
  id: string,
  reply: FastifyReply,
  services: PrivacyRouteServices,
): Promise<FastifyReply> {
  readQuery(none, request.query);
  // Recorded first: a hold that was lifted without a trace would be worse than a trace of one that is still there.
  const hold = await services.privacy.holds.get(request.tenant, id);
  await recordHold(request, services, 'hold.lift', 'delete', hold);
  await services.privacy.holds.lift(request.tenant, id);
  return reply.code(204).send();
}

/** A hold in the log, without whose it is: the log is for ever. */
function recordHold(
  request: FastifyRequest,
  services: PrivacyRouteServices,
  action: 'hold.set' | 'hold.lift',
  operation: 'create' | 'delete',
  { id, reason: why, subject }: HoldDocument,
): Promise<void> {
  return recordAct(services.audit, administratorOf(request, services), {
    tenant: request.tenant,
    action,
    operation,
    targets: [{ type: 'hold', id }],
    metadata: { reason: why, on: subject === undefined ? 'tenant' : 'person' },
  });
}

async function postExport(
  request: FastifyRequest,
  reply: FastifyReply,
  { privacy, limits, progress }: PrivacyRouteServices,
): Promise<FastifyReply> {
  readQuery(none, request.query);
  const { subject, aliases = [], receipts = false, reason: why } = await readBody(request, limits, exportSchema);
  const given = why ?? reasonOf(request);
  const { before } = await readBarrier(progress, limits.readWaitMs);
  const lines = privacy.exportPack(
    {
      tenant: request.tenant,
      identifiers: [subject, ...aliases],
      before,
      receipts,
      ...(given === undefined ? {} : { reason: given }),
    },
    requesterOf(request),
  );
  // With the first line, whatever forbids it is known: until then there can be a proper answer.
  const first = await lines.next();
  return reply
    .type('application/x-ndjson; charset=utf-8')
    .header('content-disposition', 'attachment; filename="personal-data.ndjson"')
    .header('cache-control', 'no-store')
    .send(Readable.from(continued(first, lines)));
}

async function* continued(first: IteratorResult<string>, rest: AsyncGenerator<string>): AsyncGenerator<string> {
  if (first.done !== true) yield first.value;
  yield* rest;
}

function readBody<T extends z.ZodType>(
  request: FastifyRequest,
  limits: Services['limits'],
  schema: T,
): Promise<z.output<T>> {
  return readJson(request, limits, schema, 'privacy-input-invalid');
}

async function listPage<T extends { id: string }>(
  request: FastifyRequest,
  list: (options: { after?: string; limit: number }) => Promise<T[]>,
): Promise<{ items: T[]; next: string | null }> {
  const { after, limit = 100 } = readQuery(listQuery, request.query);
  const found = await list({ ...(after === undefined ? {} : { after }), limit: limit + 1 });
  const items = found.slice(0, limit);
  return { items, next: found.length > limit ? items.at(-1)!.id : null };
}

/** An erasure as it is shown: without the tags, of which the certificate names those whose keys are gone. */
function shownErasure({ tags: _, keys, ...erasure }: ErasureDocument): Record<string, unknown> {
  return { ...erasure, ...(keys === undefined ? {} : { keys: keys.length }) };
}
