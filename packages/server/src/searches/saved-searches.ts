import { Problem } from '../errors.js';
import { asProblem, from } from '../failures.js';
import { isPortFailure } from '../ports/failure.js';
import type { Registry, RegistryDocument } from '../ports/registry.js';
import {
  MAX_SEARCH_BYTES,
  MAX_SEARCHES_PER_OWNER,
  MAX_SEARCHES_PER_TENANT,
  type SavedSearchDocument,
  type SavedSearchInput,
  searchPrefix,
} from './saved-search-document.js';

export interface SavedSearch {
  tenant: string;
  id: string;
  document: SavedSearchDocument;
  revision: number;
}

export interface SavedSearchParts {
  registry: Registry;
  newId: () => string;
  /** RFC 3339, UTC. */
  now: () => string;
}

const ID = /^[A-Za-z0-9-]{1,64}$/;

/** The searches that a tenant keeps. Whose a private one is, sees it; nobody else, administrators included. */
export class SavedSearches {
  readonly #parts: SavedSearchParts;

  constructor(parts: SavedSearchParts) {
    this.#parts = parts;
  }

  /** Those that a principal sees, by their names. */
  async list(tenant: string, principal: string): Promise<SavedSearch[]> {
    const visible = (await this.#all(tenant)).filter((search) => isVisible(search, principal));
    return visible.sort((a, b) => compare(a.document.name, b.document.name) || compare(a.id, b.id));
  }

  /** @throws Problem `search-unknown`, also for one that the principal does not see */
  async get(tenant: string, id: string, principal: string): Promise<SavedSearch> {
    const { registry } = this.#parts;
    const key = searchPrefix(tenant) + id;
    const found = ID.test(id) ? await from('registry', registry.get<SavedSearchDocument>(key)) : undefined;
    const search = found && searchOf(tenant, found);
    if (search === undefined || !isVisible(search, principal)) throw new Problem('search-unknown');
    return search;
  }

  /** @throws Problem `limit-reached`, `search-invalid` */
  async create(tenant: string, owner: string, input: SavedSearchInput): Promise<SavedSearch> {
    const others = await this.#all(tenant);
    const own = others.filter(({ document }) => document.owner === owner);
    // Two that are made at once may go over the bound by one: it is there against floods, not for counting.
    if (others.length >= MAX_SEARCHES_PER_TENANT || own.length >= MAX_SEARCHES_PER_OWNER) {
      throw new Problem('limit-reached', {
        detail: `A tenant keeps at most ${MAX_SEARCHES_PER_TENANT} searches, and each who makes them ${MAX_SEARCHES_PER_OWNER}.`,
      });
    }
    const now = this.#parts.now();
    const document: SavedSearchDocument = { ...input, owner, created_at: now, updated_at: now };
    return this.#put({ tenant, id: this.#parts.newId(), document, revision: 0 });
  }

  /** @throws Problem `revision-lost` when it was changed meanwhile, `search-invalid` */
  replace(search: SavedSearch, input: SavedSearchInput): Promise<SavedSearch> {
    const { owner, created_at } = search.document;
    return this.#put({ ...search, document: { ...input, owner, created_at, updated_at: this.#parts.now() } });
  }

  /** @throws Problem `revision-lost` */
  async delete({ tenant, id, revision }: SavedSearch): Promise<void> {
    try {
      await this.#parts.registry.delete(searchPrefix(tenant) + id, revision);
    } catch (error) {
      throw isPortFailure(error, 'conflict') ? new Problem('revision-lost') : asProblem(error, 'registry');
    }
  }

  /** Removes all that a tenant keeps. Idempotent. */
  async removeTenant(tenant: string): Promise<void> {
    for (;;) {
      const page = await this.#page(tenant);
      for (const { key, revision } of page) {
        await this.#parts.registry.delete(key, revision).catch((error: unknown) => {
          if (!isPortFailure(error, 'conflict')) throw asProblem(error, 'registry');
        });
      }
      if (page.length === 0) return;
    }
  }

  async #all(tenant: string): Promise<SavedSearch[]> {
    return (await this.#page(tenant)).map((document) => searchOf(tenant, document));
  }

  #page(tenant: string): Promise<RegistryDocument<SavedSearchDocument>[]> {
    const { registry } = this.#parts;
    // A few more than there should be: see the bound above.
    return from('registry', registry.list(searchPrefix(tenant), { limit: 2 * MAX_SEARCHES_PER_TENANT }));
  }

  async #put(search: SavedSearch): Promise<SavedSearch> {
    const { tenant, id, document, revision } = search;
    if (Buffer.byteLength(JSON.stringify(document)) > MAX_SEARCH_BYTES) {
      throw new Problem('search-invalid', { detail: `It is longer than ${MAX_SEARCH_BYTES} bytes.` });
    }
    try {
      return { ...search, revision: await this.#parts.registry.put(searchPrefix(tenant) + id, document, revision) };
    } catch (error) {
      throw isPortFailure(error, 'conflict') ? new Problem('revision-lost') : asProblem(error, 'registry');
    }
  }
}

function searchOf(tenant: string, { key, value, revision }: RegistryDocument<SavedSearchDocument>): SavedSearch {
  return { tenant, id: key.slice(searchPrefix(tenant).length), document: value, revision };
}

function isVisible({ document }: SavedSearch, principal: string): boolean {
  return document.shared || document.owner === principal;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
