import { LRUCache } from 'lru-cache';
import { WatchedDocuments } from '../../documents/watched-documents.js';
import { Problem } from '../../errors.js';
import { from } from '../../failures.js';
import type { Clock } from '../../ports/clock.js';
import { isPortFailure } from '../../ports/failure.js';
import type { MasterKey } from '../../ports/master-key.js';
import type { Registry, RegistryDocument } from '../../ports/registry.js';
import {
  closeIndexKey,
  isDestroyedTenant,
  KEY_BYTES,
  type LiveTenantKey,
  masterContext,
  openIndexKey,
  type RandomBytes,
  TENANT_KEY_PREFIX,
  type TenantKeyDocument,
  type TenantKeySet,
  tenantKeyKey,
  tenantKeySet,
} from './tenant-key-document.js';

export interface TenantKeysParts {
  registry: Registry;
  masterKey: MasterKey;
  clock: Clock;
  random: RandomBytes;
  /** Tenants whose keys are kept unwrapped, at most. */
  maxTenants: number;
  onTrouble?: (error: unknown) => void;
}

type Document = RegistryDocument<TenantKeyDocument>;

/** The keys of tenants: made when they are first needed, unwrapped once, and followed when they change. */
export class TenantKeys {
  readonly #parts: TenantKeysParts;
  readonly #documents: WatchedDocuments<TenantKeyDocument>;
  /** Unwrapped keys, each with the revision of the document that it is of. */
  readonly #sets: LRUCache<string, { revision: number; set: TenantKeySet }>;
  /** By tenant and revision: those that ask at once share one question to the master key. */
  readonly #unwrapping = new Map<string, Promise<TenantKeySet>>();

  constructor(parts: TenantKeysParts) {
    this.#parts = parts;
    const { registry, clock, maxTenants, onTrouble } = parts;
    this.#documents = new WatchedDocuments({
      registry,
      clock,
      prefix: TENANT_KEY_PREFIX,
      maxDocuments: maxTenants,
      ...(onTrouble === undefined ? {} : { onTrouble }),
    });
    this.#sets = new LRUCache({ max: maxTenants });
  }

  /** Hears of changes that other processes make, until the signal is aborted. */
  run(signal: AbortSignal): Promise<void> {
    return this.#documents.run(signal);
  }

  /** Whether changes are heard of now. */
  get watching(): boolean {
    return this.#documents.watching;
  }

  /** Calls back with the tenant whose keys changed, or without one when any may have. */
  onChange(listener: (tenant?: string) => void): void {
    this.#documents.onChange((key) => listener(key?.slice(TENANT_KEY_PREFIX.length)));
  }

  /**
   * The tenant's keys, at once when they are remembered; made when there are none. Of several that make them at once,
   * all get the same. Fails with `registry-unavailable` or `master-key-unavailable`, or with `tenant-gone`.
   */
  get(tenant: string): TenantKeySet | Promise<TenantKeySet> {
    const document = this.#documents.get(tenantKeyKey(tenant));
    if (document instanceof Promise || document === undefined) return this.#getOrCreate(tenant, document);
    return this.#known(tenant, document) ?? this.#unwrap(tenant, document);
  }

  /** The tenant's keys where it has any; never made. */
  async find(tenant: string): Promise<TenantKeySet | undefined> {
    const document = await from('registry', Promise.resolve(this.#documents.get(tenantKeyKey(tenant))));
    if (document === undefined || isDestroyedTenant(document.value)) return undefined;
    return this.#known(tenant, document) ?? this.#unwrap(tenant, document);
  }

  /**
   * Destroys a tenant's keys, and with them everything that was ever sealed for it. Idempotent. What a process of
   * another node has in memory goes as soon as it hears of it.
   *
   * @param at RFC 3339
   */
  async destroy(tenant: string, at: string): Promise<void> {
    const { registry } = this.#parts;
    const key = tenantKeyKey(tenant);
    for (;;) {
      const document = await from('registry', registry.get<TenantKeyDocument>(key));
      if (document !== undefined && isDestroyedTenant(document.value)) break;
      try {
        await registry.put(key, { destroyed_at: at }, document?.revision ?? 0);
        break;
      } catch (error) {
        if (!isPortFailure(error, 'conflict')) await from('registry', Promise.reject(error));
      }
    }
    this.forget(tenant);
  }

  /** Forgets what is remembered of a tenant: this process changed its document. */
  forget(tenant: string): void {
    this.#documents.changed(tenantKeyKey(tenant));
    this.#sets.delete(tenant);
  }

  #known(tenant: string, document: Document): TenantKeySet | undefined {
    if (isDestroyedTenant(document.value)) throw new Problem('tenant-gone');
    const known = this.#sets.get(tenant);
    return known?.revision === document.revision ? known.set : undefined;
  }

  async #getOrCreate(tenant: string, reading: Promise<Document | undefined> | undefined): Promise<TenantKeySet> {
    for (let document = await from('registry', Promise.resolve(reading)); ; ) {
      if (document !== undefined) return this.#known(tenant, document) ?? (await this.#unwrap(tenant, document));
      const key = tenantKeyKey(tenant);
      try {
        await this.#parts.registry.put(key, await this.#make(tenant), 0);
      } catch (error) {
        // Another process was first: its keys are the ones that count.
        if (!isPortFailure(error, 'conflict')) await from('registry', Promise.reject(error));
      }
      this.#documents.changed(key);
      document = await from('registry', this.#parts.registry.get<TenantKeyDocument>(key));
    }
  }

  async #make(tenant: string): Promise<LiveTenantKey> {
    const { masterKey, random } = this.#parts;
    const tenantKey = random(KEY_BYTES);
    const wrapped = await from('master-key', masterKey.wrap(tenantKey, masterContext(tenant, 1)));
    return {
      current: 1,
      wrapped: { 1: Buffer.from(wrapped).toString('base64') },
      retired: {},
      index: closeIndexKey(tenant, 1, tenantKey, random(KEY_BYTES), random),
      master: masterKey.id,
    };
  }

  #unwrap(tenant: string, document: Document): Promise<TenantKeySet> {
    const name = `${tenant} ${document.revision}`;
    const underWay = this.#unwrapping.get(name);
    if (underWay !== undefined) return underWay;
    const unwrapping = unwrapTenantKeys(tenant, document.value as LiveTenantKey, this.#parts.masterKey).then((set) => {
      this.#sets.set(tenant, { revision: document.revision, set });
      return set;
    });
    this.#unwrapping.set(name, unwrapping);
    const done = () => this.#unwrapping.delete(name);
    unwrapping.then(done, done);
    return unwrapping;
  }
}

/** Fails with `master-key-unavailable` or `data-corrupt`. */
export async function unwrapTenantKeys(
  tenant: string,
  { current, wrapped, index }: LiveTenantKey,
  masterKey: MasterKey,
): Promise<TenantKeySet> {
  const versions = new Map<number, Uint8Array>();
  for (const [version, base64] of Object.entries(wrapped)) {
    const context = masterContext(tenant, Number(version));
    const key = await from('master-key', masterKey.unwrap(new Uint8Array(Buffer.from(base64, 'base64')), context));
    versions.set(Number(version), key);
  }
  const indexKey = await from(
    'registry',
    Promise.resolve().then(() => openIndexKey(tenant, index, versions)),
  );
  return tenantKeySet(current, versions, indexKey);
}
