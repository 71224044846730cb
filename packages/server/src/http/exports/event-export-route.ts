import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Problem } from '../../errors.js';
import { type EventSlices, SLICE_EVENTS } from '../../exports/event-slices.js';
import { bareType, exportFormats, mediaType } from '../../exports/export-format.js';
import { openSlices } from '../../exports/open-slices.js';
import type { ShowPersonal } from '../../exports/row-source.js';
import { readTimeRange } from '../../query/asked-time.js';
import { filterOf } from '../../query/event-filter.js';
import type { ScannedEvents } from '../../query/event-scan.js';
import type { GuardedAccess } from '../access/access-declaration.js';
import { personalReaderOf } from '../access/personal-reader.js';
import { readerOf } from '../access/reader-of.js';
import { recordRead } from '../access/record-read.js';
import { readQuery } from '../parameters.js';
import { describeRoute } from '../reference/openapi.js';
import { filterQuery } from '../search/filter-query.js';
import { QUERY_PROBLEMS, runQuery } from '../search/run-query.js';
import { timeParameters } from '../search/search-parameters.js';
import type { Services } from '../services.js';
import { formatField, personalField, requireColumns } from './export-request.js';

const EXPORT: GuardedAccess = { permission: 'events:export', of: 'tenant' };
const COLUMNS_MAX_CHARS = 8192;

const exportQuery = z.object({
  ...filterQuery,
  ...timeParameters,
  format: formatField.optional(),
  columns: z
    .string()
    .max(COLUMNS_MAX_CHARS)
    .optional()
    .describe('Members of the event, joined by commas, such as time,actor.id,metadata.amount; everything if absent.'),
  personal: personalField,
});

type ExportRouteServices = Pick<
  Services,
  'eventScan' | 'queries' | 'audit' | 'privacy' | 'tenants' | 'nowMs' | 'exportLimits'
>;

/** `GET /api/v1/events/export`: a bounded number of events at once, oldest first. */
export function registerEventExportRoute(app: FastifyInstance, services: ExportRouteServices): void {
  app.get(
    '/api/v1/events/export',
    {
      // It would read all that it does not send.
      exposeHeadRoute: false,
      config: { access: EXPORT },
      schema: describeRoute('Events as a file: CSV, JSON, NDJSON or Parquet, oldest first', {
        query: exportQuery,
        answers: {
          200: {
            description: 'The events. A connection that ends before the file does means that it is not whole.',
            type: bareType(mediaType('ndjson')),
            otherTypes: exportFormats
              .filter((format) => format !== 'ndjson')
              .map((format) => bareType(mediaType(format))),
            example: '{"index":0,"position":1024,"event":{"action":"order.approve","id":"o-1"}}\n',
          },
        },
        problems: [...QUERY_PROBLEMS, 'export-too-large', 'query-cancelled', 'objects-unavailable', 'data-corrupt'],
      }),
    },
    (request, reply) => sendExport(request, reply, services),
  );
}

/** @throws Problem `export-too-large`, and what a search throws */
async function sendExport(
  request: FastifyRequest,
  reply: FastifyReply,
  services: ExportRouteServices,
): Promise<FastifyReply> {
  const { format = 'ndjson', columns, personal, from, to, time_zone, ...asked } = readQuery(exportQuery, request.query);
  const chosen = requireColumns(columns?.split(',').map((column) => column.trim()));
  const clock = { nowMs: services.nowMs(), timeZone: time_zone ?? 'UTC' };
  const events: ScannedEvents = {
    filter: filterOf(asked, request.principal.subject),
    ...readTimeRange({ from, to }, clock),
    before: await services.eventScan.horizon(),
  };
  const count = await countAtMost(request, reply, events, services);
  await recordRead(request, 'event.export', count, services);
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  const reader = personalReaderOf(request);
  const { personalData } = services.privacy;
  const show: ShowPersonal = (entries) => personalData.show(request.tenant, entries, reader);
  const slices = openSlices(
    services.eventScan,
    {
      tenant: request.tenant,
      events,
      reader: readerOf(request, 'events:export'),
      show: personal === 'omitted' ? undefined : show,
    },
    { format, columns: chosen },
    { signal: gone.signal },
  );
  const pieces = fileOf(slices, services.exportLimits.streamedEvents);
  // With the first piece, whatever forbids it is known: until then there can be a proper answer.
  const first = await pieces.next();
  return reply
    .type(mediaType(format))
    .header('content-disposition', `attachment; filename="events.${format}"`)
    .header('cache-control', 'no-store')
    .header('x-event-count', count)
    .send(Readable.from(continued(first, pieces)));
}

async function countAtMost(
  request: FastifyRequest,
  reply: FastifyReply,
  events: ScannedEvents,
  services: ExportRouteServices,
): Promise<number> {
  const { streamedEvents } = services.exportLimits;
  const { value: count } = await runQuery(request, reply, services, (options) =>
    services.eventScan.count(request.tenant, events, readerOf(request, 'events:export'), streamedEvents + 1, options),
  );
  if (count <= streamedEvents) return count;
  throw new Problem('export-too-large', {
    detail: `There are more than ${streamedEvents} events. Ask for fewer, or make a job: POST /api/v1/exports.`,
    members: { limit: streamedEvents },
  });
}

/** The head goes out with the first events, since those decide whether there is an answer. */
async function* fileOf(slices: EventSlices, limit: number): AsyncGenerator<Uint8Array> {
  try {
    const file = slices.beginFile();
    let lead = file.head();
    for (let left = limit; left > 0; ) {
      const slice = await file.take(Math.min(left, SLICE_EVENTS));
      if (slice === undefined) break;
      left -= slice.events;
      if (lead.length > 0) yield lead;
      lead = Buffer.alloc(0);
      yield* slice.pieces;
    }
    yield Buffer.concat([lead, file.tail()]);
  } finally {
    await slices.close().catch(() => undefined);
  }
}

async function* continued(
  first: IteratorResult<Uint8Array>,
  rest: AsyncGenerator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  if (first.done !== true) yield first.value;
  yield* rest;
}
