import type { JsonObject } from '@attestlog/event';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '../../errors.js';
import { readTimeRange } from '../../query/asked-time.js';
import { filterOf } from '../../query/event-filter.js';
import type { ScannedEvents } from '../../query/event-scan.js';
import { readerOf } from '../access/reader-of.js';
import { runQuery } from '../search/run-query.js';
import type { Services } from '../services.js';
import type { RecordForm } from './record-form.js';
import type { RecordQuery } from './record-page.js';
import { type ShowingServices, shownRecords } from './shown-records.js';

export type ExportServices = ShowingServices & Pick<Services, 'eventScan' | 'exportLimits' | 'nowMs' | 'queries'>;

/** Records that are made at once: each is some times as large as its entry. */
const SLICE_RECORDS = 1000;

/**
 * All records that are asked for, oldest first, in slices that are made as they are taken. They are those of one moment.
 *
 * @throws Problem `export-too-large`, and what a search throws
 */
export async function* exportedRecords(
  request: FastifyRequest,
  reply: FastifyReply,
  { filter, q, from, to }: RecordQuery,
  form: RecordForm,
  services: ExportServices,
): AsyncGenerator<JsonObject[], void> {
  const { eventScan } = services;
  const events: ScannedEvents = {
    filter: filterOf({ q, filter }, request.principal.subject),
    ...readTimeRange({ from, to }, { nowMs: services.nowMs(), timeZone: 'UTC' }),
    before: await eventScan.horizon(),
  };
  await requireFew(request, reply, events, services);
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  for await (const batch of eventScan.entries(request.tenant, events, readerOf(request, 'events:export'), {
    signal: gone.signal,
  })) {
    for (let at = 0; at < batch.length; at += SLICE_RECORDS) {
      yield await shownRecords(request, 'event.export', batch.slice(at, at + SLICE_RECORDS), form, services);
    }
  }
}

async function requireFew(
  request: FastifyRequest,
  reply: FastifyReply,
  events: ScannedEvents,
  { eventScan, exportLimits, queries }: ExportServices,
): Promise<void> {
  const { streamedEvents } = exportLimits;
  const { value: count } = await runQuery(request, reply, { queries }, (options) =>
    eventScan.count(request.tenant, events, readerOf(request, 'events:export'), streamedEvents + 1, options),
  );
  if (count <= streamedEvents) return;
  throw new Problem('export-too-large', {
    detail: `There are more than ${streamedEvents} records. Ask for fewer, or make a job: POST /api/v1/exports.`,
    members: { limit: streamedEvents },
  });
}
