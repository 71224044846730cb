import { Problem } from '../../errors.js';
import { asProblem, from } from '../../failures.js';
import { isPortFailure } from '../../ports/failure.js';
import type { Registry, RegistryDocument } from '../../ports/registry.js';
import { documentPages } from '../document-pages.js';
import { type ErasureDocument, type ErasureMark, erasureKey, MARK_PREFIX, readMarkKey } from './erasure-document.js';
import { forbids, type HoldDocument, holdKey, holdPrefix } from './hold-document.js';

/** What setting a hold came to. */
export interface SetHold {
  hold: HoldDocument;
  /** Erasures that were at work when the hold was set and could not be stopped any more. */
  tooLate: string[];
}

/** The legal holds of tenants. */
export class Holds {
  readonly #registry: Registry;

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  /**
   * Sets a hold, durable when it resolves, and stops the erasures that have destroyed nothing yet.
   *
   * Nothing slips through between the two: an erasure writes that it is planned, then looks for holds, and goes on by
   * compare-and-swap; a hold is written, then looks for planned erasures, and stops them by compare-and-swap. Whichever
   * comes first, the other one sees it.
   */
  async set(tenant: string, hold: HoldDocument): Promise<SetHold> {
    await from('registry', this.#registry.put(holdKey(tenant, hold.id), hold, 0));
    const tooLate: string[] = [];
    for await (const page of documentPages<ErasureMark>(this.#registry, `${MARK_PREFIX}${tenant}.`)) {
      for (const { key } of page) {
        const { id } = readMarkKey(key);
        if (!(await this.#stop(tenant, id, hold))) tooLate.push(id);
      }
    }
    return { hold, tooLate };
  }

  /** @throws Problem `hold-unknown` */
  async get(tenant: string, id: string): Promise<HoldDocument> {
    return (await this.#find(tenant, id)).value;
  }

  /** Lifts a hold. @throws Problem `hold-unknown`, also when somebody else has just lifted it */
  async lift(tenant: string, id: string): Promise<HoldDocument> {
    const { key, value, revision } = await this.#find(tenant, id);
    try {
      await this.#registry.delete(key, revision);
      return value;
    } catch (error) {
      if (isPortFailure(error, 'conflict')) throw new Problem('hold-unknown');
      throw asProblem(error, 'registry');
    }
  }

  /** Holds in the order of their ids, after one if it is given. */
  async list(tenant: string, options: { after?: string; limit: number }): Promise<HoldDocument[]> {
    const afterKey = options.after === undefined ? {} : { afterKey: holdKey(tenant, options.after) };
    const page = this.#registry.list<HoldDocument>(holdPrefix(tenant), { ...afterKey, limit: options.limit });
    return (await from('registry', page)).map(({ value }) => value);
  }

  /** A hold that forbids to erase what lies under these tags; without tags, any hold of the tenant. */
  async forbidding(tenant: string, tags?: readonly string[]): Promise<HoldDocument | undefined> {
    for await (const page of documentPages<HoldDocument>(this.#registry, holdPrefix(tenant))) {
      const found = page.find(({ value }) => tags === undefined || forbids(value, tags));
      if (found !== undefined) return found.value;
    }
    return undefined;
  }

  /** True when the erasure destroys nothing from now on, or has nothing to do with the hold. */
  async #stop(tenant: string, id: string, hold: HoldDocument): Promise<boolean> {
    for (;;) {
      const found = await from('registry', this.#registry.get<ErasureDocument>(erasureKey(tenant, id)));
      if (found === undefined || !forbids(hold, found.value.tags)) return true;
      if (found.value.state !== 'planned') return found.value.state === 'held';
      const stopped: ErasureDocument = { ...found.value, state: 'held', hold: hold.id };
      const write = { key: found.key, value: stopped, expectedRevision: found.revision };
      const [result] = await from('registry', this.#registry.putMany([write]));
      if (result?.ok) return true;
    }
  }

  async #find(tenant: string, id: string): Promise<RegistryDocument<HoldDocument>> {
    const isName = /^[A-Za-z0-9_-]{1,64}$/.test(id);
    const found = isName && (await from('registry', this.#registry.get<HoldDocument>(holdKey(tenant, id))));
    if (!found) throw new Problem('hold-unknown');
    return found;
  }
}
