import { canonicalJson, isPointedAt, type Projection } from '@attestlog/event';
import type { FastifyRequest } from 'fastify';
import type { StoredEntry } from '../../ports/store.js';
import { parsedEntry } from '../../query/entry-place.js';
import { personalReaderOf } from '../access/personal-reader.js';
import { recordRead } from '../access/record-read.js';
import { entryJson } from '../answers.js';
import type { Services } from '../services.js';

/**
 * Events as their reader may see them, one JSON document each. The read, and what it unmasks, is on record before they
 * are handed out.
 *
 * @param projection the fields that are shown, and no others are unmasked; absent: all, with the entry's own bytes
 * @throws Problem `reason-missing`
 */
export async function shownEvents(
  request: FastifyRequest,
  action: 'event.read' | 'event.search',
  entries: readonly StoredEntry[],
  services: Pick<Services, 'audit' | 'privacy' | 'tenants'>,
  projection?: Projection,
): Promise<string[]> {
  await recordRead(request, action, entries.length, services);
  const { personalData } = services.privacy;
  const reader = personalReaderOf(request);
  if (projection === undefined) {
    const personal = await personalData.show(request.tenant, entries, reader);
    return entries.map((entry, place) => entryJson(entry, personal[place]!));
  }
  const events = entries.map((entry) => projection.of(parsedEntry(entry)));
  const isWanted = (place: number, pointer: string) => isPointedAt(events[place], pointer);
  const personal = await personalData.show(request.tenant, entries, reader, isWanted);
  return entries.map((entry, place) =>
    entryJson({ ...entry, entry: Buffer.from(canonicalJson(events[place])) }, personal[place]!),
  );
}
