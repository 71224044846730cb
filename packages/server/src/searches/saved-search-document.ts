import { filterBounds } from '@attestlog/event';
import { z } from 'zod';

export const MAX_SEARCHES_PER_TENANT = 300;
export const MAX_SEARCHES_PER_OWNER = 50;
/** A document as JSON. */
export const MAX_SEARCH_BYTES = 32_768;
const MAX_FIELDS = 64;
const FIELD_MAX_CHARS = 512;
const TIME_MAX_CHARS = 100;

const fieldList = z.array(z.string().min(1).max(FIELD_MAX_CHARS)).max(MAX_FIELDS);

/** What one says about a saved search. Times are kept in their words, and mean what they mean when it is run. */
export const savedSearchSchema = z.strictObject({
  name: z.string().trim().min(1).max(100).describe('What people call it.'),
  description: z.string().max(512).optional(),
  q: z.string().max(filterBounds.FILTER_TEXT_MAX_CHARS).optional().describe('The filter in the search syntax.'),
  filter: z
    .unknown()
    .optional()
    .meta({ type: 'object', description: 'The filter as a syntax tree, in the place of q.' }),
  from: z.string().max(TIME_MAX_CHARS).optional().describe('Earliest event time, also in words: last 7 days.'),
  to: z.string().max(TIME_MAX_CHARS).optional().describe('Latest event time, also in words.'),
  time_zone: z.string().max(64).optional().describe('Where words about time are; UTC if absent.'),
  order: z.enum(['newest', 'oldest']).optional(),
  fields: fieldList.optional().describe('Fields of the events that are answered; all if absent.'),
  columns: fieldList.optional().describe('Fields that a table shows, in their order: for whoever draws one.'),
  shared: z.boolean().default(false).describe('Whether everybody who reads the events of the tenant has it.'),
});
export type SavedSearchInput = z.output<typeof savedSearchSchema>;

/** Its document in the registry. */
export interface SavedSearchDocument extends SavedSearchInput {
  /** Id of the principal that made it. */
  owner: string;
  /** RFC 3339, UTC. */
  created_at: string;
  updated_at: string;
}

/** A tenant's own prefix: no id of a tenant has a dot. */
export function searchPrefix(tenant: string): string {
  return `search.${tenant}.`;
}
