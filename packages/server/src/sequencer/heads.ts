import { isPortFailure, PortFailure } from '../ports/failure.js';
import type { Registry, RegistryWrite } from '../ports/registry.js';
import { committedHead, encodeHead, type Head, type HeadDocument, headKey } from './head.js';

interface LoadedHead {
  document: HeadDocument | undefined;
  revision: number;
}

/** Another sequencer has gone on: what this one knows is old. It reloads and begins again. */
export class StaleSequencerError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'StaleSequencerError';
  }
}

/** The heads of the tenants, in the registry, with the most recently used ones in memory. */
export class Heads {
  readonly #registry: Registry;
  readonly #maxCached: number;
  readonly #cache = new Map<string, LoadedHead>();

  constructor(registry: Registry, maxCached: number) {
    this.#registry = registry;
    this.#maxCached = maxCached;
  }

  forget(): void {
    this.#cache.clear();
  }

  /**
   * Makes sure that the heads of these tenants are loaded, and gives them as of `sealedThrough`.
   * @throws StaleSequencerError when a head of that moment is no longer there, as later batches are committed
   */
  async load(tenants: readonly string[], sealedThrough: number): Promise<Map<string, Head>> {
    const absent = tenants.filter((tenant) => !this.#cache.has(tenant));
    const documents = await this.#registry.getMany<HeadDocument>(absent.map(headKey));
    const loaded = new Map<string, LoadedHead>();
    absent.forEach((tenant, i) => {
      const document = documents[i];
      loaded.set(tenant, { document: document?.value, revision: document?.revision ?? 0 });
    });
    const heads = new Map<string, Head>();
    for (const tenant of tenants) {
      const known = loaded.get(tenant) ?? this.#cache.get(tenant)!;
      this.#remember(tenant, known);
      const head = known.document && committedHead(known.document, sealedThrough);
      if (head !== undefined && head.through > sealedThrough) {
        throw new StaleSequencerError(`the head of ${tenant} is of a later batch`);
      }
      if (head !== undefined) heads.set(tenant, head);
    }
    this.#evict(tenants.length);
    return heads;
  }

  /**
   * Writes the heads of a batch, each by compare-and-swap. A head that this batch wrote before, here or in another
   * sequencer, is compared: the same tree size with another root would be a fork of the log.
   *
   * @param committed sequence up to which everything was sealed before this batch
   * @throws StaleSequencerError when the registry holds a head of a later batch
   * @throws PortFailure `corrupt` when it holds another root for the same batch
   */
  async write(heads: ReadonlyMap<string, Head>, committed: number): Promise<void> {
    const pending: { tenant: string; document: HeadDocument }[] = [];
    for (const [tenant, head] of heads) {
      const known = this.#cache.get(tenant)!;
      if (known.document?.current.through === head.through) {
        requireSame(tenant, known.document, head);
        continue;
      }
      if (known.document !== undefined && known.document.current.through > head.through) {
        throw new StaleSequencerError(`the head of ${tenant} was written by a later batch`);
      }
      const previous = known.document && committedHead(known.document, committed);
      pending.push({
        tenant,
        document: { current: encodeHead(head), previous: previous ? encodeHead(previous) : null },
      });
    }
    const writes: RegistryWrite[] = pending.map(({ tenant, document }) => ({
      key: headKey(tenant),
      value: document,
      expectedRevision: this.#cache.get(tenant)!.revision,
    }));
    const results = await this.#registry.putMany(writes);
    for (let i = 0; i < results.length; i++) {
      const { tenant, document } = pending[i]!;
      const result = results[i]!;
      if (result.ok) this.#remember(tenant, { document, revision: result.revision });
      else await this.#adopt(tenant, heads.get(tenant)!);
    }
  }

  async #adopt(tenant: string, head: Head): Promise<void> {
    const found = await this.#registry.get<HeadDocument>(headKey(tenant));
    if (found === undefined || found.value.current.through !== head.through) {
      throw new StaleSequencerError(`the head of ${tenant} was written by another batch`);
    }
    requireSame(tenant, found.value, head);
    this.#remember(tenant, { document: found.value, revision: found.revision });
  }

  #remember(tenant: string, loaded: LoadedHead): void {
    this.#cache.delete(tenant);
    this.#cache.set(tenant, loaded);
  }

  /** Keeps at least the heads of the batch under way. */
  #evict(batchTenants: number): void {
    const limit = Math.max(this.#maxCached, batchTenants);
    for (const tenant of this.#cache.keys()) {
      if (this.#cache.size <= limit) return;
      this.#cache.delete(tenant);
    }
  }
}

function requireSame(tenant: string, document: HeadDocument, head: Head): void {
  const ours = encodeHead(head);
  if (document.current.size === ours.size && document.current.root === ours.root) return;
  throw new PortFailure(
    'corrupt',
    `Two different trees for one batch of tenant ${tenant}: size ${document.current.size} with root ${document.current.root}, and size ${ours.size} with root ${ours.root}`,
  );
}

/** Reads one tenant's committed head straight from the registry. */
export async function readHead(registry: Registry, tenant: string, sealedThrough: number): Promise<Head | undefined> {
  const document = await registry.get<HeadDocument>(headKey(tenant));
  return document && committedHead(document.value, sealedThrough);
}

export function isConflict(error: unknown): boolean {
  return isPortFailure(error, 'conflict') || error instanceof StaleSequencerError;
}
