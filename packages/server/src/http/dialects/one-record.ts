import type { FastifyReply, FastifyRequest } from 'fastify';
import { readerOf } from '../access/reader-of.js';
import { runQuery } from '../search/run-query.js';
import type { RecordForm } from './record-form.js';
import { type PageServices, sayCost } from './record-page.js';
import { shownRecords } from './shown-records.js';

/** Answers with one record, by its id. @throws Problem `event-unknown`, also for what the reader may not see */
export async function sendRecord(
  request: FastifyRequest,
  reply: FastifyReply,
  id: string,
  form: RecordForm,
  services: PageServices,
): Promise<FastifyReply> {
  const { value: entry, cost } = await runQuery(request, reply, services, (options) =>
    services.reader.get(request.tenant, id, readerOf(request), options),
  );
  const [record] = await shownRecords(request, 'event.read', [entry], form, services);
  sayCost(reply, cost);
  return reply.send(record);
}
