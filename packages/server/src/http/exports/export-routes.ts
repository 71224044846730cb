import { formatNs, printFilter } from '@attestlog/event';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { ExportDocument, ExportFile } from '../../exports/export-document.js';
import { bareType, exportFormats, mediaType } from '../../exports/export-format.js';
import type { Download } from '../../exports/exports.js';
import { shownKey } from '../../exports/manifest.js';
import { readTimeRange } from '../../query/asked-time.js';
import { filterOf } from '../../query/event-filter.js';
import type { GuardedAccess } from '../access/access-declaration.js';
import { REASON_MAX_CHARS, reasonOf } from '../access/reason.js';
import { readJson } from '../body/json-body.js';
import { readQuery, wholeNumber } from '../parameters.js';
import { bodySchema, describeRoute } from '../reference/openapi.js';
import { filterInBody, requireOneFilter } from '../search/filter-query.js';
import { timeParameters } from '../search/search-parameters.js';
import type { Services } from '../services.js';
import { exportAnswer, exportExample, exportListAnswer, linkAnswer, linkExample } from './export-answer.js';
import {
  compressionField,
  formatField,
  makerOf,
  personalField,
  requireColumns,
  requireCompression,
  takerOf,
} from './export-request.js';
import { sendFile } from './send-file.js';

const EXPORT: GuardedAccess = { permission: 'events:export', of: 'tenant' };

/** What the files of an export are answered as, besides CSV. */
const FILE_TYPES = [
  ...exportFormats.slice(1).map((format) => bareType(mediaType(format))),
  mediaType('csv', 'gzip'),
  mediaType('csv', 'zstd'),
];
const ASKING_PROBLEMS = [
  'query-invalid',
  'filter-invalid',
  'sealed-field',
  'grant-unanswerable',
  'reason-missing',
] as const;
const FILE_PROBLEMS = [
  ...(['export-unknown', 'export-unfinished', 'export-withdrawn', 'export-file-unknown'] as const),
  ...(['objects-unavailable', 'tenant-gone', 'reason-missing', 'journal-unavailable'] as const),
];

const MAX_PAGE = 100;
const MAX_LINK_SECONDS = 604_800;
const DEFAULT_LINK_SECONDS = 3600;
const DEFAULT_FILE_EVENTS = 1_000_000;
const DEFAULT_FILE_BYTES = 1_073_741_824;

export const exportBody = z.strictObject({
  ...filterInBody,
  ...timeParameters,
  format: formatField,
  compression: compressionField,
  columns: z.array(z.string().max(200)).min(1).max(100).optional().describe('Members of the event; all if absent.'),
  split: z
    .strictObject({
      events: z.int().min(1000).max(10_000_000).optional().describe('Events of a file; a million if absent.'),
      bytes: z.int().min(1_048_576).max(17_179_869_184).optional().describe('About so many bytes; 1 GiB if absent.'),
    })
    .optional()
    .describe('Where a file ends and the next one begins. Bytes are before compression.'),
  personal: personalField,
  reason: z.string().trim().min(1).max(REASON_MAX_CHARS).optional().describe('Why; the header X-Reason if absent.'),
});
const listQuery = z.object({
  after: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/)
    .optional()
    .describe('Those after this id.'),
  limit: wholeNumber(1, MAX_PAGE).optional().describe(`How many, 1 to ${MAX_PAGE}; ${MAX_PAGE} if absent.`),
});
const linkBody = z.strictObject({
  files: z.array(z.string().max(100)).min(1).max(1000).optional().describe('Names of files; all if absent.'),
  lifetime_seconds: z.int().min(1).max(MAX_LINK_SECONDS).optional().describe('How long they count; an hour if absent.'),
});
const linkQuery = z.object({
  expires: wholeNumber(0, Number.MAX_SAFE_INTEGER).describe('Until when, in seconds since 1970.'),
  signature: z.string().max(100).describe('What the server signed the link with.'),
});
const none = z.object({});

type ExportServices = Pick<Services, 'exports' | 'audit' | 'tenants' | 'limits' | 'nowMs'>;

interface IdParams {
  id: string;
}
interface FileParams extends IdParams {
  name: string;
}

/** `/api/v1/exports`: exports as jobs, their files, and links to them. */
export function registerExportRoutes(app: FastifyInstance, services: ExportServices): void {
  const config = { access: EXPORT };
  const one = { description: 'The export', schema: exportAnswer, example: exportExample };
  app.post(
    '/api/v1/exports',
    {
      config,
      schema: describeRoute('Export events in the background', {
        body: bodySchema(exportBody),
        answers: { 202: one },
        problems: [...ASKING_PROBLEMS, 'too-many-exports'],
      }),
    },
    (request, reply) => postExport(request, reply, services),
  );
  app.get(
    '/api/v1/exports',
    {
      config,
      schema: describeRoute('The exports that you may have', {
        query: listQuery,
        answers: {
          200: {
            description: 'Exports, the oldest first',
            schema: exportListAnswer,
            example: { exports: [exportExample], next: null },
          },
        },
      }),
    },
    async (request, reply) => {
      const { after, limit = MAX_PAGE } = readQuery(listQuery, request.query);
      const page = await services.exports.list(request.tenant, { after, limit }, takerOf(request));
      return reply.send({ exports: page.exports.map(shownExport), next: page.next });
    },
  );
  app.get<{ Params: IdParams }>(
    '/api/v1/exports/:id',
    {
      config,
      schema: describeRoute('One export, and how far it is', { answers: { 200: one }, problems: ['export-unknown'] }),
    },
    async (request, reply) => {
      readQuery(none, request.query);
      return reply.send(shownExport(await services.exports.get(request.tenant, request.params.id, takerOf(request))));
    },
  );
  app.delete<{ Params: IdParams }>(
    '/api/v1/exports/:id',
    {
      config,
      schema: describeRoute('Cancel an export that is not done; remove one that is, with its files', {
        answers: {
          200: { ...one, description: 'It is cancelled' },
          204: { description: 'It is removed' },
        },
        problems: ['export-unknown'],
      }),
    },
    (request, reply) => deleteExport(request, request.params.id, reply, services),
  );
  registerFiles(app, services);
}

function registerFiles(app: FastifyInstance, services: ExportServices): void {
  const file = {
    description: 'The file; a range of it is answered with 206',
    type: bareType(mediaType('csv')),
    otherTypes: FILE_TYPES,
  };
  const answers = {
    200: file,
    206: file,
    304: { description: 'It is the one that If-None-Match names' },
    416: { description: 'The file has no such range' },
  };
  app.get<{ Params: FileParams }>(
    '/api/v1/exports/:id/files/:name',
    {
      config: { access: EXPORT },
      schema: describeRoute('A file of an export', { answers, problems: FILE_PROBLEMS }),
    },
    async (request, reply) => {
      readQuery(none, request.query);
      const { id, name } = request.params;
      const found = await services.exports.download(request.tenant, id, name, takerOf(request));
      await recordDownload(request, found, services);
      return sendFile(request, reply, found);
    },
  );
  app.post<{ Params: IdParams }>(
    '/api/v1/exports/:id/links',
    {
      config: { access: EXPORT },
      schema: describeRoute('Links with which the files can be downloaded without a credential, for a time', {
        body: bodySchema(linkBody),
        answers: { 201: { description: 'The links', schema: linkAnswer, example: linkExample } },
        problems: FILE_PROBLEMS,
      }),
    },
    (request, reply) => postLinks(request, request.params.id, reply, services),
  );
  app.get<{ Params: FileParams & { tenant: string } }>(
    '/api/v1/downloads/:tenant/:id/:name',
    {
      config: { access: 'open' },
      schema: describeRoute('A file of an export, by a link', {
        query: linkQuery,
        answers,
        problems: [...FILE_PROBLEMS, 'link-invalid', 'link-expired'],
      }),
    },
    async (request, reply) => {
      const { expires, signature } = readQuery(linkQuery, request.query);
      const found = await services.exports.downloadByLink({ ...request.params, expires }, signature);
      await recordLinkedDownload(request, request.params.tenant, found, services);
      return sendFile(request, reply, found);
    },
  );
}

async function postExport(
  request: FastifyRequest,
  reply: FastifyReply,
  services: ExportServices,
): Promise<FastifyReply> {
  readQuery(none, request.query);
  const body = await readJson(request, services.limits, exportBody, 'query-invalid');
  const { q, filter, from, to, time_zone, format, columns, split = {}, personal = 'shown' } = body;
  requireOneFilter(body);
  const range = readTimeRange({ from, to }, { nowMs: services.nowMs(), timeZone: time_zone ?? 'UTC' });
  const chosen = requireColumns(columns);
  const reason = body.reason ?? reasonOf(request);
  const document = await services.exports.create(
    request.tenant,
    {
      format,
      compression: requireCompression(format, body.compression),
      ...(chosen === undefined ? {} : { columns: chosen }),
      file_events: split.events ?? DEFAULT_FILE_EVENTS,
      file_bytes: split.bytes ?? DEFAULT_FILE_BYTES,
      filter: filterOf({ q, filter }, request.principal.subject),
      ...(range.fromNs === undefined ? {} : { from_ns: String(range.fromNs) }),
      ...(range.toNs === undefined ? {} : { to_ns: String(range.toNs) }),
      personal,
      ...(reason === undefined ? {} : { reason }),
    },
    makerOf(request),
  );
  return reply.code(202).header('location', `/api/v1/exports/${document.id}`).send(shownExport(document));
}

async function deleteExport(
  request: FastifyRequest,
  id: string,
  reply: FastifyReply,
  services: ExportServices,
): Promise<FastifyReply> {
  readQuery(none, request.query);
  const cancelled = await services.exports.remove(request.tenant, id, takerOf(request), makerOf(request));
  return cancelled === undefined ? reply.code(204).send() : reply.send(shownExport(cancelled));
}

async function postLinks(
  request: FastifyRequest,
  id: string,
  reply: FastifyReply,
  { exports, limits }: ExportServices,
): Promise<FastifyReply> {
  readQuery(none, request.query);
  const { files: names, lifetime_seconds = DEFAULT_LINK_SECONDS } = await readJson(
    request,
    limits,
    linkBody,
    'query-invalid',
  );
  const asked = { names, lifetimeMs: lifetime_seconds * 1000 };
  const links = await exports.links(request.tenant, id, asked, takerOf(request), makerOf(request));
  return reply.code(201).send({ links });
}

/** As a read of its events; nothing where none are sent. */
async function recordDownload(
  { method, tenant, principal, clientAddress: address, id: requestId }: FastifyRequest,
  { events }: Download,
  { audit }: ExportServices,
): Promise<void> {
  if (method === 'HEAD') return;
  await audit.read({ tenant, action: 'export.download', principal, address, requestId, events });
}

/** In the name of whoever made the export: nobody else is known. */
async function recordLinkedDownload(
  { method, ip: address, id: requestId }: FastifyRequest,
  tenant: string,
  { document, events }: Download,
  { audit }: ExportServices,
): Promise<void> {
  if (method === 'HEAD') return;
  const { principal } = document.made_by;
  await audit.read({ tenant, action: 'export.download_by_link', principal, address, requestId, events });
}

/** An export as it is shown: without what its maker might see. */
function shownExport(document: ExportDocument): Record<string, unknown> {
  const { request, made_by, before, files, opened_fields, ...shown } = document;
  const { filter, from_ns, to_ns, file_events, file_bytes, ...asked } = request;
  return {
    ...shown,
    ...asked,
    q: printFilter(filter),
    ...(from_ns === undefined ? {} : { from: formatNs(BigInt(from_ns)) }),
    ...(to_ns === undefined ? {} : { to: formatNs(BigInt(to_ns)) }),
    split: { events: file_events, bytes: file_bytes },
    requested_by: made_by.principal.id,
    before_position: before,
    files: files.map(shownFile),
  };
}

function shownFile({ first, last, ...file }: ExportFile): Record<string, unknown> {
  return {
    ...file,
    ...(first === undefined ? {} : { first: shownKey(first) }),
    ...(last === undefined ? {} : { last: shownKey(last) }),
  };
}
