import { createReader, type TailEvent, type TailOptions, type TailQuery } from '@attestlog/client';
import type { CommandContext } from '../context.js';
import type { Server } from '../http/server-address.js';

/** The events of a log as the client follows them, with the command's clock, chance and end. */
export function followedEvents(
  { now, random, sleep, signal }: CommandContext,
  server: Server,
  query: TailQuery,
  told: Pick<TailOptions, 'onStart' | 'onLost'>,
): AsyncGenerator<TailEvent, void, undefined> {
  const reader = createReader(server.client, { fetch: globalThis.fetch, now, random, sleep });
  return reader.tail(query, { ...told, signal });
}
