import { bounds, filterBounds } from '@attestlog/event';
import { z } from 'zod';
import { type ErrorCode, Problem } from '../../errors.js';
import { component } from '../reference/component.js';

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

/** The members of a body that say the same: a tree or a text. {@link requireOneFilter} holds it to one of them. */
export const filterInBody = {
  filter: z
    .unknown()
    .optional()
    .meta({
      ...component('Filter'),
      description: 'A filter as a syntax tree.',
      examples: [{ op: 'is', field: 'actor.id', values: ['jane'] }],
    }),
  q: z.string().max(filterBounds.FILTER_TEXT_MAX_CHARS).optional().describe('The filter in the search syntax instead.'),
};

/** @throws Problem with the code */
export function requireOneFilter(body: { filter?: unknown; q?: unknown }, code: ErrorCode = 'query-invalid'): void {
  if (body.filter === undefined || body.q === undefined) return;
  throw new Problem(code, { detail: 'Send "filter" or "q", not both.' });
}
