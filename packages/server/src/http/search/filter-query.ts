import { bounds, filterBounds } from '@attestlog/event';
import { z } from 'zod';

/** The parameters of a query that say which events, besides their time: `filterOf` reads them. */
export const filterQuery = {
  q: z
    .string()
    .max(filterBounds.FILTER_TEXT_MAX_CHARS)
    .optional()
    .describe('A filter in the search syntax: action:order.* -outcome:success metadata.amount:>900.'),
  actor: z.string().max(bounds.ENTRY_MAX_BYTES).optional().describe('The id of the actor.'),
  action: z.string().max(bounds.ENTRY_MAX_BYTES).optional().describe('The action, such as order.approve.'),
};
