import { z } from 'zod';
import { costSchema } from './page-answer.js';

const behind = z
  .int()
  .min(0)
  .describe('Writes that were acknowledged and are not in the answer; 0 but under overload.');
const topValues = z.array(z.object({ value: z.string(), count: z.int().min(0) }));

/** What `POST /api/v1/events/aggregate` answers. */
export const aggregateAnswerSchema = z.object({
  rows: z.array(
    z.object({
      bucket: z.string().optional().describe('When the stretch of time begins, in the time zone that was asked for.'),
      group: z
        .record(z.string(), z.string().nullable())
        .describe('Values by the names of the fields; null: the events without one.'),
      measures: z
        .record(z.string(), z.union([z.number(), z.string(), z.null(), topValues]))
        .describe('By their names; null: there is no number to say it of. Times in RFC 3339.'),
    }),
  ),
  truncated: z.boolean().describe('There are more groups than in the answer.'),
  from: z.string().optional().describe('The time that was meant, RFC 3339 in UTC; absent: no beginning.'),
  to: z.string().optional().describe('Absent: no end.'),
  behind,
  cost: costSchema,
});

const COST = { rows_read: 1024, bytes_read: 90112, milliseconds: 3.2 };

export const aggregateAnswerExample = {
  rows: [
    {
      bucket: '2025-10-06T00:00:00+02:00',
      group: { action: 'order.approve' },
      measures: { count: 2, 'distinct(actor.id)': 1, 'sum(metadata.amount)': 1290.5 },
    },
  ],
  truncated: false,
  from: '2025-10-05T22:00:00.000000000Z',
  to: '2025-10-06T21:59:59.999999999Z',
  behind: 0,
  cost: COST,
} satisfies z.infer<typeof aggregateAnswerSchema>;

/** What `GET /api/v1/events/facets` answers. */
export const facetsAnswerSchema = z.object({
  total: z.int().min(0).describe('All events that are asked for.'),
  facets: z.array(
    z.object({
      field: z.string(),
      values: topValues.describe('Most frequent first.'),
      more: z.boolean().describe('There are more values.'),
      with: z.int().min(0).describe('Events that have the field.'),
      without: z.int().min(0),
    }),
  ),
  behind,
  cost: costSchema,
});

export const facetsAnswerExample = {
  total: 3,
  facets: [{ field: 'outcome', values: [{ value: 'denied', count: 2 }], more: false, with: 2, without: 1 }],
  behind: 0,
  cost: COST,
} satisfies z.infer<typeof facetsAnswerSchema>;

const sizes = { events: z.int().min(0), bytes: z.int().min(0).describe('Bytes of the entries.') };
const byValue = z.array(z.object({ value: z.string().nullable().describe('null: without one.'), ...sizes }));

/** What `GET /api/v1/stats` answers. */
export const statsAnswerSchema = z.object({
  ...sizes,
  first: z.string().nullable().describe('Time of the first event; null: there is none.'),
  last: z.string().nullable(),
  by_day: z.array(
    z.object({ day: z.string().describe('When it begins, in the time zone that was asked for.'), ...sizes }),
  ),
  by_action: byValue,
  by_category: byValue,
  by_operation: byValue,
  by_outcome: byValue,
  by_severity: byValue,
  top_actors: byValue,
  behind,
  cost: costSchema,
});

export const statsAnswerExample = {
  events: 2,
  bytes: 612,
  first: '2025-10-06T08:00:00.000000000Z',
  last: '2025-10-06T12:54:12.025979644Z',
  by_day: [{ day: '2025-10-06T00:00:00Z', events: 2, bytes: 612 }],
  by_action: [{ value: 'order.approve', events: 2, bytes: 612 }],
  by_category: [{ value: null, events: 2, bytes: 612 }],
  by_operation: [{ value: 'approve', events: 2, bytes: 612 }],
  by_outcome: [{ value: 'denied', events: 2, bytes: 612 }],
  by_severity: [{ value: null, events: 2, bytes: 612 }],
  top_actors: [{ value: 'jane', events: 2, bytes: 612 }],
  behind: 0,
  cost: COST,
} satisfies z.infer<typeof statsAnswerSchema>;
