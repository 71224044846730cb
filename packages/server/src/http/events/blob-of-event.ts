import { blobReferencesOf } from '@attestlog/event';
import { Problem } from '../../errors.js';
import type { ReadOptions } from '../../ports/read-options.js';
import type { EventReader, Reader } from '../../query/event-reader.js';

/**
 * Makes sure that somebody who may read some events only asks for a payload that one of these refers to. Whoever may
 * read all of them needs to name none.
 * @param eventId the event that the payload belongs to
 * @throws Problem `query-invalid` when no event is named and one has to be, `blob-unknown` when it does not refer to it
 */
export async function requireReadableBlob(
  tenant: string,
  sha256: string,
  eventId: string | undefined,
  reader: Reader,
  events: Pick<EventReader, 'get'>,
  options?: ReadOptions,
): Promise<void> {
  if (eventId === undefined) {
    if (reader.grant === undefined) return;
    throw new Problem('query-invalid', {
      detail: '"event": you may read some events only, so name the event that the payload belongs to.',
    });
  }
  const entry = await events.get(tenant, eventId, reader, options).catch((error: unknown) => {
    throw error instanceof Problem && error.code === 'event-unknown' ? new Problem('blob-unknown') : error;
  });
  const event = JSON.parse(Buffer.from(entry.entry).toString('utf8')) as unknown;
  if (!blobReferencesOf(event).some(({ $blob }) => $blob.sha256 === sha256)) throw new Problem('blob-unknown');
}
