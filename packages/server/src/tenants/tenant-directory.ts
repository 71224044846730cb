import { WatchedDocuments } from '../documents/watched-documents.js';
import { Problem } from '../errors.js';
import { asProblem, from } from '../failures.js';
import type { Clock } from '../ports/clock.js';
import { isPortFailure } from '../ports/failure.js';
import type { Registry, RegistryDocument } from '../ports/registry.js';
import { TENANT_PREFIX, type TenantDocument, type TenantInput, tenantKey } from './tenant-document.js';

export interface TenantDirectoryParts {
  registry: Registry;
  clock: Clock;
  onTrouble?: (error: unknown) => void;
}

/** A tenant as it is now; its revision changes with every change of it. */
export interface Tenant {
  id: string;
  document: TenantDocument;
  revision: number;
}

const MAX_REMEMBERED = 10_000;

/** The tenants: what there is, and how they are made and changed. */
export class TenantDirectory {
  readonly #registry: Registry;
  readonly #documents: WatchedDocuments<TenantDocument>;

  constructor({ registry, clock, onTrouble }: TenantDirectoryParts) {
    this.#registry = registry;
    const told = onTrouble === undefined ? {} : { onTrouble };
    this.#documents = new WatchedDocuments({
      registry,
      clock,
      prefix: TENANT_PREFIX,
      maxDocuments: MAX_REMEMBERED,
      ...told,
    });
  }

  /** Hears of changes that other processes make, until the signal is aborted. */
  run(signal: AbortSignal): Promise<void> {
    return this.#documents.run(signal);
  }

  /** Calls back with the tenant that changed, or with undefined when any may have. */
  onChange(listener: (tenant: string | undefined) => void): void {
    this.#documents.onChange((key) => listener(key?.slice(TENANT_PREFIX.length)));
  }

  /** The tenant, at once when it is remembered. Fails with `registry-unavailable`. */
  find(id: string): Tenant | undefined | Promise<Tenant | undefined> {
    const found = this.#documents.get(tenantKey(id));
    if (found instanceof Promise) return from('registry', found).then((document) => tenantOf(id, document));
    return tenantOf(id, found);
  }

  async exists(id: string): Promise<boolean> {
    return (await this.find(id)) !== undefined;
  }

  /** Makes the tenant, without limits, if it is new. Idempotent; a failure that had been applied is found the next time. */
  async ensure(id: string, createdAt: string): Promise<Tenant> {
    for (;;) {
      const known = await this.find(id);
      if (known !== undefined) return known;
      try {
        await this.#put(id, { created_at: createdAt, plan: 'unlimited' }, 0);
      } catch (error) {
        // Another process was first: its document is found now.
        if (!isPortFailure(error, 'conflict')) throw asProblem(error, 'registry');
      }
    }
  }

  /** @throws Problem `tenant-exists` */
  async create(id: string, input: TenantInput, createdAt: string): Promise<Tenant> {
    const document: TenantDocument = { created_at: createdAt, plan: 'free', ...input };
    try {
      return { id, document, revision: await this.#put(id, document, 0) };
    } catch (error) {
      if (isPortFailure(error, 'conflict')) throw new Problem('tenant-exists');
      throw asProblem(error, 'registry');
    }
  }

  /**
   * Changes the tenant if it has this revision still.
   * @throws Problem `revision-lost` when it was changed meanwhile
   */
  async replace({ id, revision }: Pick<Tenant, 'id' | 'revision'>, document: TenantDocument): Promise<Tenant> {
    try {
      return { id, document, revision: await this.#put(id, document, revision) };
    } catch (error) {
      if (isPortFailure(error, 'conflict')) throw new Problem('revision-lost');
      throw asProblem(error, 'registry');
    }
  }

  /** Tenants in the order of their ids, after the one that is named. */
  async list(limit: number, after?: string): Promise<Tenant[]> {
    const options = after === undefined ? { limit } : { limit, afterKey: tenantKey(after) };
    const found = await from('registry', this.#registry.list<TenantDocument>(TENANT_PREFIX, options));
    return found.map((document) => tenantOf(document.key.slice(TENANT_PREFIX.length), document)!);
  }

  async #put(id: string, document: TenantDocument, expectedRevision: number): Promise<number> {
    try {
      return await this.#registry.put(tenantKey(id), document, expectedRevision);
    } finally {
      this.#documents.changed(tenantKey(id));
    }
  }
}

function tenantOf(id: string, document: RegistryDocument<TenantDocument> | undefined): Tenant | undefined {
  return document && { id, document: document.value, revision: document.revision };
}
