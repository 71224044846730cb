import type { ReadHttp } from '../http/read-http.js';
import type { CallOptions } from '../http/read-options.js';
import { segment } from '../http/request-parts.js';
import type { EventPage, PageQuery } from './event-page.js';
import type { EventQuery } from './search.js';

/** A search that the tenant keeps. */
export interface SavedSearch extends EventQuery {
  readonly id: string;
  readonly name: string;
  readonly description?: string;
  readonly order?: 'newest' | 'oldest';
  readonly fields?: readonly string[];
  readonly columns?: readonly string[];
  /** Whether everybody who reads the events of the tenant has it. */
  readonly shared: boolean;
  readonly owner: string;
  readonly created_at: string;
  readonly updated_at: string;
  readonly revision: number;
}

/** Searches that the tenant keeps. */
export interface SavedSearches {
  /** Those that the caller sees. */
  savedSearches(options?: CallOptions): Promise<readonly SavedSearch[]>;
  /** What one finds for the caller now. @throws AttestlogError `search-unknown` */
  runSavedSearch(id: string, page?: Omit<PageQuery, 'order'>, options?: CallOptions): Promise<EventPage>;
}

/** {@link SavedSearches} on a server. */
export function savedSearches(http: ReadHttp): SavedSearches {
  return {
    savedSearches: async (options) => {
      const { searches } = await http.json<{ searches: SavedSearch[] }>({ path: 'api/v1/searches' }, options);
      return searches;
    },
    runSavedSearch: (id, page = {}, options) =>
      http.json({ path: `api/v1/searches/${segment(id)}/events`, query: { ...page } }, options),
  };
}
