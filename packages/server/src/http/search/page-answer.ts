import { z } from 'zod';
import type { QueryCost } from '../../ports/read-options.js';
import type { EventPage } from '../../query/event-reader.js';
import { shownCost } from './run-query.js';

/** A sealed field as its reader sees it. */
export const shownFieldSchema = z.object({
  pointer: z.string().describe('Where it stands in the event (RFC 6901).'),
  state: z.enum(['open', 'masked', 'erased', 'missing']),
  value: z.unknown().optional(),
});

/** An event with its place in the log. */
export const foundEventSchema = z.object({
  index: z.int().min(0).describe('Leaf index in the log of the tenant.'),
  position: z.int().min(0).describe('Place in the journal.'),
  event: z
    .record(z.string(), z.unknown())
    .describe('The entry as it is in the log, or the fields that were asked for.'),
  personal: z.array(shownFieldSchema).optional().describe('What the reader sees of its sealed fields.'),
});

export const costSchema = z
  .object({ rows_read: z.number(), bytes_read: z.number(), milliseconds: z.number() })
  .describe('What the query cost the store.');

/** A page of events. */
export const pageAnswerSchema = z.object({
  events: z.array(foundEventSchema),
  next: z.string().nullable().describe('Cursor of the next page; null on the last one.'),
  previous: z.string().nullable().describe('Cursor of the page before; null on the first one.'),
  total: z
    .object({ value: z.int().min(0), relation: z.enum(['exact', 'at-least']) })
    .optional()
    .describe('How many events all pages have, where it was asked for.'),
  behind: z.int().min(0).describe('Writes that were acknowledged and are not in the answer; 0 but under overload.'),
  cost: costSchema,
});

export const pageAnswerExample = {
  events: [
    {
      index: 17,
      position: 18432,
      event: {
        action: 'order.approve',
        actor: { id: 'jane', type: 'user' },
        id: 'evt_17',
        outcome: 'denied',
        received_at: '2025-10-06T12:54:13.000000000Z',
        time: '2025-10-06T12:54:12.025979644Z',
      },
    },
  ],
  next: null,
  previous: null,
  total: { value: 1, relation: 'exact' },
  behind: 0,
  cost: { rows_read: 1024, bytes_read: 90112, milliseconds: 3.2 },
} satisfies z.infer<typeof pageAnswerSchema>;

/** A page as it is answered. @param events JSON documents, as `shownEvents` gives them */
export function pageJson({ next, previous, total, behind }: EventPage, events: string[], cost: QueryCost): string {
  const around = `"next":${JSON.stringify(next)},"previous":${JSON.stringify(previous)}`;
  const counted = total === undefined ? '' : `,"total":${JSON.stringify(total)}`;
  return `{"events":[${events}],${around}${counted},"behind":${behind},"cost":${JSON.stringify(shownCost(cost))}}`;
}
