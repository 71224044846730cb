import type { JsonObject, StoredEvent } from '@attestlog/event';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { StoredEntry } from '../../ports/store.js';
import { readerOf } from '../access/reader-of.js';
import { runQuery } from '../search/run-query.js';
import { FileChanges } from './file-changes.js';
import { fileMonitorForm } from './record-form.js';
import { DEFAULT_PAGE, MAX_PAGE, type PageServices, type RecordQuery, sayCost, sayNext } from './record-page.js';
import { shownRecords } from './shown-records.js';

/** Events of a file that are looked through for its changes, at most. */
const MAX_SCANNED_EVENTS = 10_000;

/**
 * The changes of a file's content, newest first. Where there are more than asked for, or its history is too long to be
 * looked through at once, the header `Link` says where it goes on: with the last one that was told, so that none is lost.
 */
export async function fileChangesOf(
  request: FastifyRequest,
  reply: FastifyReply,
  { filter, from, to, limit = DEFAULT_PAGE }: RecordQuery,
  services: PageServices,
): Promise<JsonObject[]> {
  const { value, cost } = await runQuery(request, reply, services, (options) => {
    const page = (cursor: string | undefined) =>
      services.reader.page(request.tenant, { filter, from, to, limit: MAX_PAGE, cursor }, readerOf(request), options);
    return lookThrough(page, limit);
  });
  sayCost(reply, cost);
  const records = await shownRecords(request, 'event.search', value.changes, fileMonitorForm, services);
  if (value.goesOnBefore !== undefined) sayNext(request, reply, { endTime: eventOf(value.goesOnBefore).time });
  return records;
}

type Page = (cursor: string | undefined) => Promise<{ entries: StoredEntry[]; next: string | null }>;

async function lookThrough(
  page: Page,
  limit: number,
): Promise<{ changes: StoredEntry[]; goesOnBefore: StoredEntry | undefined }> {
  const found = new FileChanges<StoredEntry>();
  let cursor: string | undefined;
  let scanned = 0;
  for (;;) {
    const { entries, next } = await page(cursor);
    for (const entry of entries) found.add(entry, fileMonitorForm.dialect.fromEvent(eventOf(entry)).checksum);
    scanned += entries.length;
    if (next === null) found.end();
    if (found.changes.length > limit) {
      const changes = found.changes.slice(0, limit);
      return { changes, goesOnBefore: changes.at(-1) };
    }
    if (next === null) return { changes: found.changes, goesOnBefore: undefined };
    if (scanned >= MAX_SCANNED_EVENTS) return { changes: found.changes, goesOnBefore: found.oldest };
    cursor = next;
  }
}

function eventOf({ entry }: StoredEntry): StoredEvent {
  return JSON.parse(Buffer.from(entry).toString('utf8')) as StoredEvent;
}
