import { Problem } from '../errors.js';
import { from } from '../failures.js';
import type { Objects } from '../ports/objects.js';
import type { Registry, RegistryDocument } from '../ports/registry.js';
import { EXPORT_PREFIX, type ExportDocument, exportKey, exportPrefix, filesPrefix } from './export-document.js';

export type FoundExport = RegistryDocument<ExportDocument>;

const PAGE = 500;
const ID = /^[A-Za-z0-9_-]{1,64}$/;

/** The exports in the registry, and their files in the object store. */
export class ExportDocuments {
  readonly #registry: Registry;
  readonly #objects: Objects;

  constructor({ registry, objects }: { registry: Registry; objects: Objects }) {
    this.#registry = registry;
    this.#objects = objects;
  }

  /** @throws Problem `export-unknown` */
  async get(tenant: string, id: string): Promise<FoundExport> {
    const found = await this.find(tenant, id);
    if (found === undefined) throw new Problem('export-unknown');
    return found;
  }

  async find(tenant: string, id: string): Promise<FoundExport | undefined> {
    if (!ID.test(id)) return undefined;
    return from('registry', this.#registry.get<ExportDocument>(exportKey(tenant, id)));
  }

  /** Exports in the order of their ids, after one if it is given. */
  async list(tenant: string, { after, limit }: { after?: string | undefined; limit: number }): Promise<FoundExport[]> {
    const options = { limit, ...(after === undefined ? {} : { afterKey: exportKey(tenant, after) }) };
    return from('registry', this.#registry.list<ExportDocument>(exportPrefix(tenant), options));
  }

  /** All exports of all tenants, page by page. */
  async *all(): AsyncGenerator<FoundExport> {
    for (let afterKey = ''; ; ) {
      const options = { afterKey, limit: PAGE };
      const page = await from('registry', this.#registry.list<ExportDocument>(EXPORT_PREFIX, options));
      yield* page;
      if (page.length < PAGE) return;
      afterKey = page.at(-1)!.key;
    }
  }

  /** Fails with `conflict`, as the registry says it, when it was changed meanwhile. */
  async put(key: string, value: ExportDocument, expectedRevision: number): Promise<FoundExport> {
    return { key, value, revision: await this.#registry.put(key, value, expectedRevision) };
  }

  /** Fails with `conflict` when it was changed meanwhile. */
  delete({ key, revision }: FoundExport): Promise<void> {
    return this.#registry.delete(key, revision);
  }

  /** Removes the files of an export, of a tenant's exports, or of all. */
  async deleteFiles(tenant: string, id?: string): Promise<void> {
    const prefix = filesPrefix(tenant, id);
    for (;;) {
      const keys = await from('objects', this.#objects.list(prefix, { limit: PAGE }));
      for (const key of keys) await from('objects', this.#objects.delete(key));
      if (keys.length < PAGE) return;
    }
  }

  /** Removes files whose export is no longer there: whoever removed it may have died before. */
  async deleteOrphans(): Promise<void> {
    let known: { prefix: string; isThere: boolean } | undefined;
    for (let afterKey = ''; ; ) {
      const keys = await from('objects', this.#objects.list(filesPrefix(), { afterKey, limit: PAGE }));
      for (const key of keys) {
        const [, tenant = '', id = ''] = key.split('/');
        const prefix = filesPrefix(tenant, id);
        if (known?.prefix !== prefix) known = { prefix, isThere: (await this.find(tenant, id)) !== undefined };
        if (!known.isThere) await from('objects', this.#objects.delete(key));
      }
      if (keys.length < PAGE) return;
      afterKey = keys.at(-1)!;
    }
  }
}
