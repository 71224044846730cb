import type { CommandContext } from '../context.js';
import { CliFailure } from '../failure.js';
import { ApiClient } from '../http/api-client.js';
import type { Server } from '../http/server-address.js';
import { counted } from '../terminal/wording.js';

const MAX_EVENTS = 100;

/** In words, in how many events a person is the actor: whoever misspells an identifier is to notice it. */
export async function actedEvents(context: CommandContext, server: Server, subject: string): Promise<string> {
  const query = new URLSearchParams({ actor: subject, limit: String(MAX_EVENTS) });
  try {
    const { events } = await new ApiClient(context, server).getJson(`api/v1/events?${query}`);
    const found = Array.isArray(events) ? events.length : 0;
    if (found === 0) return 'No event has this actor id; it may be known by e-mail address or name.';
    return `${found < MAX_EVENTS ? counted(found, 'event') : `${MAX_EVENTS} events or more`} with this actor id.`;
  } catch (error) {
    // Who may erase need not be allowed to read.
    if (error instanceof CliFailure) return 'In how many events that is cannot be told: they cannot be read.';
    throw error;
  }
}
