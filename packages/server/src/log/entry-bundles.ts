import { encodeBundle, TILE_WIDTH } from '@attestlog/tlog';
import { from } from '../failures.js';
import type { EventStore } from '../ports/store.js';

/** Bundles that are fetched from the store together: whoever reads one mostly reads the next ones too. */
const BUNDLES_PER_FETCH = 32;
const MAX_CACHED_BYTES = 64 * 1024 * 1024;

interface Fetched {
  /** In their order; undefined where retention has removed an entry. */
  bundles: (Uint8Array | undefined)[];
  bytes: number;
}

/** Entry bundles of the public log, read ahead and kept for a while: full ones only, which never change. */
export class EntryBundles {
  readonly #store: EventStore;
  readonly #cache = new Map<string, Fetched>();
  readonly #underWay = new Map<string, Promise<Fetched>>();
  #cachedBytes = 0;

  constructor(store: EventStore) {
    this.#store = store;
  }

  /**
   * The first `width` entries of bundle `index` of a tree of `size` leaves, or undefined when one of them is gone.
   */
  async bundle(tenant: string, index: number, width: number, size: number): Promise<Uint8Array | undefined> {
    const first = index * TILE_WIDTH;
    if (width < TILE_WIDTH) return this.#partial(tenant, first, width);
    const group = Math.floor(index / BUNDLES_PER_FETCH);
    const fullBundles = Math.floor(size / TILE_WIDTH);
    // A group that is not full yet grows: what is kept of it is named for the full bundles that it had.
    const groupFull = (group + 1) * BUNDLES_PER_FETCH <= fullBundles;
    const key = `${tenant}/${group}/${groupFull ? '' : fullBundles}`;
    const fetched =
      this.#touch(key) ??
      (await this.#share(key, tenant, group, Math.min(fullBundles, (group + 1) * BUNDLES_PER_FETCH)));
    return fetched.bundles[index - group * BUNDLES_PER_FETCH];
  }

  async #partial(tenant: string, first: number, width: number): Promise<Uint8Array | undefined> {
    const entries = await from('store', this.#store.entries(tenant, first, first + width));
    return entries.length === width ? encodeBundle(entries.map(({ entry }) => entry)) : undefined;
  }

  #share(key: string, tenant: string, group: number, endBundle: number): Promise<Fetched> {
    let fetch = this.#underWay.get(key);
    if (fetch === undefined) {
      fetch = this.#fetch(key, tenant, group * BUNDLES_PER_FETCH, endBundle).finally(() => this.#underWay.delete(key));
      this.#underWay.set(key, fetch);
    }
    return fetch;
  }

  async #fetch(key: string, tenant: string, firstBundle: number, endBundle: number): Promise<Fetched> {
    const firstIndex = firstBundle * TILE_WIDTH;
    const entries = await from('store', this.#store.entries(tenant, firstIndex, endBundle * TILE_WIDTH));
    const slots: Uint8Array[][] = Array.from({ length: endBundle - firstBundle }, () => []);
    for (const { index, entry } of entries) slots[Math.floor((index - firstIndex) / TILE_WIDTH)]!.push(entry);
    const bundles = slots.map((slot) => (slot.length === TILE_WIDTH ? encodeBundle(slot) : undefined));
    const bytes = bundles.reduce((sum, bundle) => sum + (bundle?.length ?? 0), 0);
    const fetched = { bundles, bytes };
    this.#keep(key, fetched);
    return fetched;
  }

  #touch(key: string): Fetched | undefined {
    const known = this.#cache.get(key);
    if (known !== undefined) {
      this.#cache.delete(key);
      this.#cache.set(key, known);
    }
    return known;
  }

  #keep(key: string, fetched: Fetched): void {
    if (fetched.bytes > MAX_CACHED_BYTES / 2) return;
    this.#cache.set(key, fetched);
    this.#cachedBytes += fetched.bytes;
    for (const [oldKey, old] of this.#cache) {
      if (this.#cachedBytes <= MAX_CACHED_BYTES) return;
      this.#cache.delete(oldKey);
      this.#cachedBytes -= old.bytes;
    }
  }
}
