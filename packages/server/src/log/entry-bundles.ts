import { encodeBundle, TILE_WIDTH } from '@attestlog/tlog';
import { from } from '../failures.js';
import { PortFailure } from '../ports/failure.js';
import type { EventStore } from '../ports/store.js';
import { type BundleGroup, BundleGroups } from './bundle-groups.js';
import { bundlesOf, cutIntoBundles } from './framed-bundles.js';
import { ReadCache } from './read-cache.js';

const MAX_CACHED_BYTES = 64 * 1024 * 1024;
/** Whoever asks for this bundle of a group is most likely reading the whole log: the next group is read meanwhile. */
const READ_AHEAD_AT = 4;

/** In their order; undefined where an entry is gone. */
type Bundles = readonly (Uint8Array | undefined)[];

/** Entry bundles of the public log, read ahead and kept for a while: full ones only, which never change. */
export class EntryBundles {
  readonly #store: EventStore;
  readonly #groups: BundleGroups;
  readonly #cache = new ReadCache<Bundles>(MAX_CACHED_BYTES);

  constructor(store: EventStore) {
    this.#store = store;
    this.#groups = new BundleGroups(store.framing);
  }

  /**
   * The first `width` entries of bundle `index` of a tree of `size` leaves, or undefined when one of them is gone.
   */
  async bundle(tenant: string, index: number, width: number, size: number): Promise<Uint8Array | undefined> {
    if (width < TILE_WIDTH) return this.#partial(tenant, index * TILE_WIDTH, width);
    const fullBundles = Math.floor(size / TILE_WIDTH);
    return from('store', this.#full(tenant, index, fullBundles));
  }

  /** Forgets a tenant's bundles, whose entries are to be removed. */
  forget(tenant: string): void {
    this.#cache.forgetAll(`${tenant}/`);
  }

  async #partial(tenant: string, first: number, width: number): Promise<Uint8Array | undefined> {
    const entries = await from('store', this.#store.entries(tenant, first, first + width));
    return entries.length === width ? encodeBundle(entries.map(({ entry }) => entry)) : undefined;
  }

  async #full(tenant: string, index: number, fullBundles: number): Promise<Uint8Array | undefined> {
    const group = await this.#groups.groupOf(tenant, index, fullBundles);
    if (group === undefined) return undefined;
    if (index === Math.min(group.first + READ_AHEAD_AT, group.end - 1)) this.#readAhead(tenant, group.end, fullBundles);
    return (await this.#read(tenant, group))[index - group.first];
  }

  /** Who needs it will ask, and is told then if it cannot be read. */
  #readAhead(tenant: string, index: number, fullBundles: number): void {
    if (index >= fullBundles) return;
    const read = async () => {
      const group = await this.#groups.groupOf(tenant, index, fullBundles);
      if (group !== undefined) await this.#read(tenant, group);
    };
    read().catch(() => undefined);
  }

  #read(tenant: string, group: BundleGroup): Promise<Bundles> {
    return this.#cache.get(`${tenant}/${group.first}-${group.end}`, async () => {
      const value = await this.#fetch(tenant, group);
      return { value, bytes: value.reduce((sum, bundle) => sum + (bundle?.length ?? 0), 0) };
    });
  }

  async #fetch(tenant: string, { first, end, bytes }: BundleGroup): Promise<Bundles> {
    const { framing } = this.#store;
    const [fromIndex, toIndex] = [first * TILE_WIDTH, end * TILE_WIDTH];
    if (framing === undefined || bytes === undefined) {
      return bundlesOf(await this.#store.entries(tenant, fromIndex, toIndex), fromIndex, end - first);
    }
    const bundles = cutIntoBundles(await framing.entries(tenant, fromIndex, toIndex), bytes);
    if (bundles !== undefined) return bundles;
    // Entries went between the one look and the other; whoever asks again gets what is there then.
    this.#groups.forget(tenant, first);
    throw new PortFailure('unavailable', `The entries of ${tenant} from ${fromIndex} on are changing`);
  }
}
