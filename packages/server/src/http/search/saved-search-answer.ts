import { z } from 'zod';
import { savedSearchSchema } from '../../searches/saved-search-document.js';
import type { SavedSearch } from '../../searches/saved-searches.js';
import { filterInBody } from './filter-query.js';

/** A saved search as it is answered. */
export const savedSearchAnswerSchema = savedSearchSchema.extend({
  filter: filterInBody.filter,
  id: z.string(),
  owner: z.string().describe('The principal that made it; whose it is while it is not shared.'),
  created_at: z.string(),
  updated_at: z.string(),
  revision: z.int().min(1).describe('For If-Match, in quotes.'),
});

export const savedSearchExample = {
  id: '0199b8e0-6a4c-7d53-9b8e-4f0c9c3c2a11',
  name: 'Denied orders this week',
  q: 'action:order.* outcome:denied',
  from: 'last 7 days',
  shared: true,
  owner: 'user:jane',
  created_at: '2025-10-06T12:54:12.000000000Z',
  updated_at: '2025-10-06T12:54:12.000000000Z',
  revision: 3,
} satisfies z.input<typeof savedSearchAnswerSchema>;

export function shownSearch({ id, document, revision }: SavedSearch): z.output<typeof savedSearchAnswerSchema> {
  return { id, ...document, revision };
}
