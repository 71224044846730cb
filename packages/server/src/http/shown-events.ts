import type { FastifyRequest } from 'fastify';
import type { StoredEntry } from '../ports/store.js';
import { entryJson } from './answers.js';
import { personalReaderOf } from './personal-reader.js';
import { recordRead } from './record-read.js';
import type { Services } from './services.js';

/**
 * Events as their reader may see them, one JSON document each. The read, and what it unmasks, is on record before they
 * are handed out.
 *
 * @throws Problem `reason-missing`
 */
export async function shownEvents(
  request: FastifyRequest,
  action: 'event.read' | 'event.search',
  entries: readonly StoredEntry[],
  services: Pick<Services, 'audit' | 'privacy' | 'tenants'>,
): Promise<string[]> {
  await recordRead(request, action, entries.length, services);
  const personal = await services.privacy.personalData.show(request.tenant, entries, personalReaderOf(request));
  return entries.map((entry, place) => entryJson(entry, personal[place]!));
}
