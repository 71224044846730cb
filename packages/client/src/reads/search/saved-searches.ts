import type { ReadHttp } from '../http/read-http.js';
import type { CallOptions } from '../http/read-options.js';
import { segment } from '../http/request-parts.js';
import type { EventPage, PageQuery } from './event-page.js';
import type { EventQuery } from './search.js';

/** What a search is to be. Times in words are kept as words. */
export interface SavedSearchInput extends EventQuery {
  readonly name: string;
  readonly description?: string;
  readonly order?: 'newest' | 'oldest';
  /** Fields of the events that it answers with; all if absent. */
  readonly fields?: readonly string[];
  /** Fields that a table shows of it, in their order. */
  readonly columns?: readonly string[];
  /** Whether everybody who reads the events of the tenant has it, which takes `searches:manage`; false if absent. */
  readonly shared?: boolean;
}

/** A search that the tenant keeps. */
export interface SavedSearch extends SavedSearchInput {
  readonly id: string;
  readonly shared: boolean;
  readonly owner: string;
  readonly created_at: string;
  readonly updated_at: string;
  /** Another one after each change. */
  readonly revision: number;
}

/** A search as it was read: only that is changed, and nobody's change of it meanwhile is overwritten. */
export type SavedSearchAsRead = Pick<SavedSearch, 'id' | 'revision'>;

/** Searches that the tenant keeps. */
export interface SavedSearches {
  /** Those that the caller sees. */
  savedSearches(options?: CallOptions): Promise<readonly SavedSearch[]>;
  /** @throws AttestlogError `search-unknown` */
  savedSearch(id: string, options?: CallOptions): Promise<SavedSearch>;
  /**
   * Keeps one. Not repeated by itself, as the other changes are not: an answer that was lost may have made one.
   * @throws AttestlogError `search-invalid`, `filter-invalid`, `permission-denied`, `limit-reached`
   */
  createSavedSearch(search: SavedSearchInput, options?: CallOptions): Promise<SavedSearch>;
  /** Replaces all of it: what is not said is gone, so give `{ ...search, name: 'other' }`. @throws AttestlogError `revision-lost` where it was changed meanwhile */
  updateSavedSearch(read: SavedSearchAsRead, search: SavedSearchInput, options?: CallOptions): Promise<SavedSearch>;
  /** @throws AttestlogError `revision-lost` where it was changed meanwhile */
  deleteSavedSearch(read: SavedSearchAsRead, options?: CallOptions): Promise<void>;
  /** What one finds for the caller now. @throws AttestlogError `search-unknown` */
  runSavedSearch(id: string, page?: Omit<PageQuery, 'order'>, options?: CallOptions): Promise<EventPage>;
}

const PATH = 'api/v1/searches';

/** {@link SavedSearches} on a server. */
export function savedSearches(http: ReadHttp): SavedSearches {
  return {
    savedSearches: async (options) => {
      const { searches } = await http.json<{ searches: SavedSearch[] }>({ path: PATH }, options);
      return searches;
    },
    savedSearch: (id, options) => http.json({ path: pathOf(id) }, options),
    createSavedSearch: (body, options) =>
      http.json({ method: 'POST', path: PATH, body: inputOf(body), repeatable: false }, options),
    updateSavedSearch: (read, body, options) =>
      http.json({ method: 'PUT', ...change(read), body: inputOf(body) }, options),
    deleteSavedSearch: async (read, options) => void (await http.text({ method: 'DELETE', ...change(read) }, options)),
    runSavedSearch: (id, page = {}, options) =>
      http.json({ path: `${pathOf(id)}/events`, query: { ...page } }, options),
  };
}

/** Of a search that was read, what can be said of one. */
function inputOf(search: SavedSearchInput): SavedSearchInput {
  const { id, owner, created_at, updated_at, revision, ...input } = search as Partial<SavedSearch> & SavedSearchInput;
  return input;
}

function pathOf(id: string): string {
  return `${PATH}/${segment(id)}`;
}

function change({ id, revision }: SavedSearchAsRead) {
  return { path: pathOf(id), headers: { 'if-match': `"${revision}"` }, repeatable: false } as const;
}
