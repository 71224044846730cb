import type { JsonObject, StoredEvent } from '@attestlog/event';
import type { FastifyRequest } from 'fastify';
import type { StoredEntry } from '../../ports/store.js';
import { personalReaderOf } from '../access/personal-reader.js';
import { recordRead } from '../access/record-read.js';
import type { Services } from '../services.js';
import type { RecordForm } from './record-form.js';
import { MAX_RESTORED_BYTES, type RestoreBudget, withPayloads, withPersonal } from './restore-values.js';

export type ShowingServices = Pick<Services, 'audit' | 'privacy' | 'tenants' | 'objects'>;
type ReadAction = Parameters<typeof recordRead>[1];

/**
 * The events of entries, whole: with their sealed values as the reader may see them, and with the payloads that were moved
 * out, up to {@link MAX_RESTORED_BYTES} of them. The read, and what it unmasks, is on record before they are handed out.
 *
 * @throws Problem `reason-missing`, `objects-unavailable`
 */
export async function shownWholeEvents(
  request: FastifyRequest,
  action: ReadAction,
  entries: readonly StoredEntry[],
  services: ShowingServices,
): Promise<StoredEvent[]> {
  await recordRead(request, action, entries.length, services);
  const shown = await services.privacy.personalData.show(request.tenant, entries, personalReaderOf(request));
  const budget: RestoreBudget = { leftBytes: MAX_RESTORED_BYTES };
  const events: StoredEvent[] = [];
  for (const [place, { entry }] of entries.entries()) {
    const stored = JSON.parse(Buffer.from(entry).toString('utf8')) as StoredEvent;
    const whole = await withPayloads(stored, request.tenant, services.objects, budget);
    events.push(withPersonal(whole, shown[place]!));
  }
  return events;
}

/** The same as records of a dialect. */
export async function shownRecords(
  request: FastifyRequest,
  action: ReadAction,
  entries: readonly StoredEntry[],
  form: RecordForm,
  services: ShowingServices,
): Promise<JsonObject[]> {
  const events = await shownWholeEvents(request, action, entries, services);
  return events.map((event) => recordOf(event, request.tenant, form));
}

/** An event in the words of a dialect. */
export function recordOf(event: StoredEvent, tenant: string, { dialect, complete }: RecordForm): JsonObject {
  const record = dialect.fromEvent(event);
  complete(record, event, tenant);
  return record;
}
