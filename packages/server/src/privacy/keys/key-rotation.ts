import { asProblem, from } from '../../failures.js';
import type { MasterKey } from '../../ports/master-key.js';
import type { Registry, RegistryDocument, RegistryWrite } from '../../ports/registry.js';
import { documentPages } from '../document-pages.js';
import { closeSubjectKey, openSubjectKey, type SubjectKeyDocument, subjectKeyPrefix } from './subject-key-document.js';
import {
  closeIndexKey,
  isDestroyedTenant,
  KEY_BYTES,
  type LiveTenantKey,
  masterContext,
  type RandomBytes,
  TENANT_KEY_PREFIX,
  type TenantKeyDocument,
  type TenantKeySet,
  tenantKeyKey,
} from './tenant-key-document.js';
import { type TenantKeys, unwrapTenantKeys } from './tenant-keys.js';

export interface KeyRotationParts {
  registry: Registry;
  masterKey: MasterKey;
  tenantKeys: TenantKeys;
  random: RandomBytes;
  /** How long a version of a tenant's key is kept after it was replaced: longer than any node may not have heard of it. */
  retireAfterMs: number;
}

type TenantDocument = RegistryDocument<TenantKeyDocument>;
type SubjectDocument = RegistryDocument<SubjectKeyDocument>;

/**
 * Replaces keys by new ones. Only keys are wrapped anew, never an event: what an event was sealed with does not change.
 * Each operation can be cut off anywhere and made again; every write is a compare-and-swap, so that several at once
 * do not harm each other.
 */
export class KeyRotation {
  readonly #parts: KeyRotationParts;

  constructor(parts: KeyRotationParts) {
    this.#parts = parts;
  }

  /**
   * Wraps the keys of all tenants by the master key that wraps now, where another one wrapped them. Afterwards nothing
   * in the registry needs an earlier master key any more: it can be retired.
   *
   * @returns how many tenants' keys were wrapped anew
   */
  async rewrapTenantKeys(): Promise<number> {
    let count = 0;
    for await (const page of documentPages<TenantKeyDocument>(this.#parts.registry, TENANT_KEY_PREFIX)) {
      for (const document of page) if (await this.#rewrapTenantKey(document)) count += 1;
    }
    return count;
  }

  /**
   * Gives a tenant a new key and wraps its subjects' keys by it. The old one stays until {@link dropRetired}.
   *
   * @param at RFC 3339
   * @returns how many subjects' keys were wrapped anew
   */
  async rotateTenantKey(tenant: string, at: string): Promise<number> {
    await this.#parts.tenantKeys.get(tenant);
    await this.#change(tenant, (document, set) => this.#withNewVersion(tenant, document, set, at));
    return this.rewrapSubjectKeys(tenant);
  }

  /** Wraps a tenant's subjects' keys by its current key, where another version wraps them. Goes on where it was cut off. */
  async rewrapSubjectKeys(tenant: string): Promise<number> {
    const set = await this.#parts.tenantKeys.find(tenant);
    if (set === undefined) return 0;
    let count = 0;
    // What others changed meanwhile is taken up by the next pass.
    for (let isClean = false; !isClean; ) {
      isClean = true;
      for await (const page of documentPages<SubjectKeyDocument>(this.#parts.registry, subjectKeyPrefix(tenant))) {
        const writes = page.flatMap((document) => this.#rewrap(tenant, document, set));
        if (writes.length === 0) continue;
        isClean = false;
        const results = await from('registry', this.#parts.registry.putMany(writes));
        count += results.filter(({ ok }) => ok).length;
      }
    }
    return count;
  }

  /**
   * Removes the versions of a tenant's key that were replaced long enough ago, after making sure that they wrap nothing.
   * From then on, no copy of the registry from before is of any use without an earlier master key.
   *
   * @returns how many versions were removed
   */
  async dropRetired(tenant: string, nowMs: number): Promise<number> {
    const { tenantKeys, retireAfterMs } = this.#parts;
    if ((await tenantKeys.find(tenant)) === undefined) return 0;
    await this.rewrapSubjectKeys(tenant);
    let dropped = 0;
    await this.#change(tenant, (document) => {
      const due = Object.entries(document.retired).filter(([, at]) => nowMs - Date.parse(at) >= retireAfterMs);
      dropped = due.length;
      if (dropped === 0) return undefined;
      const without = <T>(record: Record<string, T>) =>
        Object.fromEntries(Object.entries(record).filter(([version]) => !due.some(([gone]) => gone === version)));
      return { ...document, wrapped: without(document.wrapped), retired: without(document.retired) };
    });
    return dropped;
  }

  /** {@link dropRetired} for every tenant that has such versions. Returns how many versions were removed. */
  async dropAllRetired(nowMs: number): Promise<number> {
    let dropped = 0;
    for await (const page of documentPages<TenantKeyDocument>(this.#parts.registry, TENANT_KEY_PREFIX)) {
      for (const { key, value } of page) {
        if (isDestroyedTenant(value) || Object.keys(value.retired).length === 0) continue;
        dropped += await this.dropRetired(key.slice(TENANT_KEY_PREFIX.length), nowMs);
      }
    }
    return dropped;
  }

  async #rewrapTenantKey(document: TenantDocument): Promise<boolean> {
    const { masterKey } = this.#parts;
    const tenant = document.key.slice(TENANT_KEY_PREFIX.length);
    if (isDestroyedTenant(document.value) || document.value.master === masterKey.id) return false;
    return this.#change(tenant, async (found, { versions }) => {
      if (found.master === masterKey.id) return undefined;
      return { ...found, ...(await this.#wrapAll(tenant, versions)) };
    });
  }

  async #withNewVersion(
    tenant: string,
    document: LiveTenantKey,
    { indexKey, versions }: TenantKeySet,
    at: string,
  ): Promise<LiveTenantKey> {
    const { random } = this.#parts;
    const version = document.current + 1;
    const key = random(KEY_BYTES);
    return {
      current: version,
      retired: { ...document.retired, [document.current]: at },
      index: closeIndexKey(tenant, version, key, indexKey, random),
      ...(await this.#wrapAll(tenant, new Map([...versions, [version, key]]))),
    };
  }

  /** Wraps all versions by one master key: a service may be given another one at any moment. */
  async #wrapAll(
    tenant: string,
    versions: ReadonlyMap<number, Uint8Array>,
  ): Promise<Pick<LiveTenantKey, 'wrapped' | 'master'>> {
    const { masterKey } = this.#parts;
    for (;;) {
      const { id: master } = masterKey;
      const wrapped: Record<string, string> = {};
      for (const [version, key] of versions) {
        const bytes = await from('master-key', masterKey.wrap(key, masterContext(tenant, version)));
        wrapped[version] = Buffer.from(bytes).toString('base64');
      }
      if (masterKey.id === master) return { wrapped, master };
    }
  }

  /** Changes a tenant's document by compare-and-swap; true when it was changed. A change of undefined is none. */
  async #change(
    tenant: string,
    change: (
      document: LiveTenantKey,
      set: TenantKeySet,
    ) => LiveTenantKey | undefined | Promise<LiveTenantKey | undefined>,
  ): Promise<boolean> {
    const { registry, masterKey, tenantKeys } = this.#parts;
    for (;;) {
      const document = await from('registry', registry.get<TenantKeyDocument>(tenantKeyKey(tenant)));
      if (document === undefined || isDestroyedTenant(document.value)) return false;
      const changed = await change(document.value, await unwrapTenantKeys(tenant, document.value, masterKey));
      if (changed === undefined) return false;
      const write = { key: document.key, value: changed, expectedRevision: document.revision };
      const [result] = await from('registry', registry.putMany([write]));
      tenantKeys.forget(tenant);
      if (result?.ok) return true;
    }
  }

  #rewrap(tenant: string, { key, value, revision }: SubjectDocument, set: TenantKeySet): RegistryWrite[] {
    // A later version is that of another rotation, which came after this one.
    if (value.key === undefined || value.key.version >= set.current) return [];
    const tag = key.slice(subjectKeyPrefix(tenant).length);
    try {
      const opened = openSubjectKey(tenant, tag, value.generation, value.key, set);
      const box = closeSubjectKey(tenant, opened, set, this.#parts.random);
      return [{ key, value: { ...value, key: box }, expectedRevision: revision }];
    } catch (error) {
      throw asProblem(error, 'registry');
    }
  }
}
