import { subjectForms } from '@attestlog/event';
import { LRUCache } from 'lru-cache';
import { WatchedDocuments } from '../../documents/watched-documents.js';
import { Problem } from '../../errors.js';
import { asProblem, from } from '../../failures.js';
import type { Clock } from '../../ports/clock.js';
import { isPortFailure } from '../../ports/failure.js';
import type { Registry, RegistryDocument, RegistryWrite } from '../../ports/registry.js';
import {
  closeSubjectKey,
  destroyedDocument,
  erasureOf,
  openSubjectKey,
  type SubjectKey,
  type SubjectKeyDocument,
  subjectKeyKey,
  tagOf,
} from './subject-key-document.js';
import { KEY_BYTES, type RandomBytes, type TenantKeySet } from './tenant-key-document.js';
import type { TenantKeys } from './tenant-keys.js';

export interface SubjectKeysParts {
  registry: Registry;
  tenantKeys: TenantKeys;
  clock: Clock;
  random: RandomBytes;
  /** Subjects whose keys are kept unwrapped, at most; about 300 bytes each. */
  maxKeys: number;
  onTrouble?: (error: unknown) => void;
}

/** What sealing the events of a tenant needs. */
export interface KeysAtHand {
  readonly blindKey: Uint8Array;
  /** Makes the hashes that masks show. */
  readonly maskKey: Uint8Array;
  /** By subject. */
  readonly subjects: Pick<ReadonlyMap<string, SubjectKey>, 'get'>;
}

/** The same as an answer, with exactly the subjects that were asked for. */
export interface SealingKeys extends KeysAtHand {
  readonly subjects: ReadonlyMap<string, SubjectKey>;
  /** Whether changes are heard of ({@link SubjectKeys.onChange}): only then may whoever is given keys remember them. */
  readonly isWatched: boolean;
}

/** Names the key under which something was sealed. */
export interface KeyReference {
  readonly tag: string;
  readonly generation: number;
}

/** What became of a key: it is there, an erasure destroyed it, or nobody knows of it. */
export type FoundKey =
  | { readonly state: 'live'; readonly key: SubjectKey }
  | { readonly state: 'destroyed'; readonly erasure: string | undefined }
  | { readonly state: 'lost' };

type Document = RegistryDocument<SubjectKeyDocument>;
type Found = Document | undefined;

const PREFIX = 'subject-key.';
/** Others may win the race for a subject this often before something is wrong. */
const MAX_ROUNDS = 16;

/**
 * The keys of subjects: one random key each, made when something of theirs is first sealed, destroyed when they are
 * erased, and then made anew under the next number. What any node does to them is heard of by all.
 */
export class SubjectKeys {
  readonly #parts: SubjectKeysParts;
  readonly #documents: WatchedDocuments<SubjectKeyDocument>;
  /** Unwrapped keys by the document's key, each with the revision of the document that it is of. */
  readonly #keys: LRUCache<string, { revision: number; key: SubjectKey }>;

  constructor(parts: SubjectKeysParts) {
    this.#parts = parts;
    const { registry, clock, maxKeys, onTrouble } = parts;
    this.#documents = new WatchedDocuments({
      registry,
      clock,
      prefix: PREFIX,
      maxDocuments: maxKeys,
      ...(onTrouble === undefined ? {} : { onTrouble }),
    });
    this.#keys = new LRUCache({ max: maxKeys });
  }

  /** Hears of changes that other processes make, until the signal is aborted. */
  run(signal: AbortSignal): Promise<void> {
    return this.#documents.run(signal);
  }

  /**
   * Calls back when a key may have changed: of one subject, by its tag; all of one tenant; or, without a tenant, any. Who
   * remembers keys has to forget them then.
   */
  onChange(listener: (tenant?: string, tag?: string) => void): void {
    this.#parts.tenantKeys.onChange(listener);
    this.#documents.onChange((key) => {
      const [tenant, tag] = key === undefined ? [] : key.slice(PREFIX.length).split('.');
      listener(tenant, tag);
    });
  }

  /**
   * The keys of these subjects, made where there are none; at once when all are remembered. Two nodes that make one at
   * once get the same. Fails with `registry-unavailable`, `master-key-unavailable` or `tenant-gone`: then nothing may
   * be sealed, and what was made already does no harm.
   */
  keysFor(tenant: string, subjects: readonly string[]): SealingKeys | Promise<SealingKeys> {
    // Before the keys are read: from now on a change is heard of.
    const isWatched = this.#documents.watching && this.#parts.tenantKeys.watching;
    const answer = (set: TenantKeySet, keys: Map<string, SubjectKey>): SealingKeys => {
      const { blindKey, maskKey } = set;
      return { blindKey, maskKey, subjects: keys, isWatched };
    };
    const set = this.#parts.tenantKeys.get(tenant);
    if (set instanceof Promise)
      return set.then(async (found) => answer(found, await this.#find(tenant, found, subjects)));
    const keys = this.#find(tenant, set, subjects);
    return keys instanceof Promise ? keys.then((found) => answer(set, found)) : answer(set, keys);
  }

  /** What became of the keys under which something was sealed, in the order of the references. Makes none. */
  async find(tenant: string, references: readonly KeyReference[]): Promise<FoundKey[]> {
    const set = await this.#parts.tenantKeys.find(tenant);
    // The tenant was deleted, and its keys are destroyed with it.
    if (set === undefined) return references.map(() => ({ state: 'destroyed', erasure: undefined }));
    const documents = await this.#read(references.map(({ tag }) => subjectKeyKey(tenant, tag)));
    const fresh = await this.#covering(tenant, set, documents);
    return references.map(({ tag, generation }, place) => {
      const document = documents[place];
      if (document === undefined || generation > document.value.generation) return { state: 'lost' };
      const isLive = document.value.generation === generation && document.value.key !== undefined;
      if (isLive) return { state: 'live', key: this.#open(tenant, tag, document, fresh) };
      return { state: 'destroyed', erasure: erasureOf(document.value, generation) };
    });
  }

  /** The tags that these subjects have, or will have. */
  async tagsOf(tenant: string, subjects: readonly string[]): Promise<string[]> {
    const set = await this.#parts.tenantKeys.get(tenant);
    return [...new Set(subjects.map((subject) => tagOf(set, subject)))];
  }

  /** The tags under which a person's data may lie who goes by these identifiers. */
  tagsOfPerson(tenant: string, identifiers: readonly string[]): Promise<string[]> {
    return this.tagsOf(tenant, identifiers.flatMap(subjectForms));
  }

  /** The keys that there are now under these tags. Asks the registry, whatever is remembered. */
  async liveKeys(tenant: string, tags: readonly string[]): Promise<KeyReference[]> {
    const keys = tags.map((tag) => subjectKeyKey(tenant, tag));
    const documents = await from('registry', this.#parts.registry.getMany<SubjectKeyDocument>(keys));
    return documents.flatMap((document, place) =>
      document?.value.key === undefined ? [] : [{ tag: tags[place]!, generation: document.value.generation }],
    );
  }

  /**
   * Destroys a key, and all of this subject before it. Idempotent; a newer key is left alone. The document stays, with
   * another revision, so that whoever read it before cannot write the key back.
   */
  async destroy(tenant: string, { tag, generation }: KeyReference, erasure: string): Promise<void> {
    const { registry } = this.#parts;
    const key = subjectKeyKey(tenant, tag);
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const document = await from('registry', registry.get<SubjectKeyDocument>(key));
      if (document?.value.key === undefined || document.value.generation > generation) return this.#forget(key);
      try {
        await registry.put(key, destroyedDocument(document.value, erasure), document.revision);
        return this.#forget(key);
      } catch (error) {
        // A rotation wraps it anew meanwhile: read it again. A failure that had been applied is found by the next call.
        if (!isPortFailure(error, 'conflict')) throw asProblem(error, 'registry');
      }
    }
    throw new Problem('registry-unavailable');
  }

  /** The keys by subject, made where there are none. */
  #find(
    tenant: string,
    set: TenantKeySet,
    subjects: readonly string[],
  ): Map<string, SubjectKey> | Promise<Map<string, SubjectKey>> {
    const tags = subjects.map((subject) => tagOf(set, subject));
    const documents = this.#documents.getMany(tags.map((tag) => subjectKeyKey(tenant, tag)));
    if (documents instanceof Promise) return this.#complete(tenant, set, subjects, tags, documents);
    const found = new Map<string, SubjectKey>();
    for (const [place, document] of documents.entries()) {
      const version = document?.value.key?.version;
      if (document === undefined || version === undefined || !set.versions.has(version)) {
        return this.#complete(tenant, set, subjects, tags, documents);
      }
      found.set(subjects[place]!, this.#open(tenant, tags[place]!, document, set));
    }
    return found;
  }

  /** As {@link #find}, with what is not there made. */
  async #complete(
    tenant: string,
    set: TenantKeySet,
    subjects: readonly string[],
    tags: readonly string[],
    first: Found[] | Promise<Found[]>,
  ): Promise<Map<string, SubjectKey>> {
    const found = new Map<string, SubjectKey>();
    let documents = await from('registry', Promise.resolve(first));
    let missing = tags;
    for (let round = 0; missing.length > 0 && round < MAX_ROUNDS; round++) {
      const fresh = await this.#covering(tenant, set, documents);
      const absent = new Map<string, Found>();
      for (const [place, document] of documents.entries()) {
        const tag = missing[place]!;
        if (document?.value.key === undefined) absent.set(tag, document);
        else found.set(tag, this.#open(tenant, tag, document, fresh));
      }
      missing = [...absent.keys()];
      if (missing.length === 0) break;
      await this.#make(tenant, fresh, absent);
      documents = await this.#read(missing.map((tag) => subjectKeyKey(tenant, tag)));
    }
    if (missing.length > 0) throw new Problem('registry-unavailable');
    return new Map(subjects.map((subject, i) => [subject, found.get(tags[i]!)!]));
  }

  /** Makes keys where there are none. They are read afterwards: of several that make one, the first one's counts. */
  async #make(tenant: string, set: TenantKeySet, absent: ReadonlyMap<string, Found>): Promise<void> {
    const { registry, random } = this.#parts;
    const writes = [...absent].map(([tag, document]): RegistryWrite => {
      const generation = (document?.value.generation ?? 0) + 1;
      const key = closeSubjectKey(tenant, { tag, generation, key: random(KEY_BYTES) }, set, random);
      const value: SubjectKeyDocument = { ...document?.value, generation, key };
      return { key: subjectKeyKey(tenant, tag), value, expectedRevision: document?.revision ?? 0 };
    });
    try {
      await from('registry', registry.putMany(writes));
    } finally {
      for (const { key } of writes) this.#documents.changed(key);
    }
  }

  /** The tenant's keys with every version that the documents need: another node may have rotated them just now. */
  async #covering(tenant: string, set: TenantKeySet, documents: readonly Found[]): Promise<TenantKeySet> {
    const isCovered = documents.every((document) => {
      const version = document?.value.key?.version;
      return version === undefined || set.versions.has(version);
    });
    if (isCovered) return set;
    this.#parts.tenantKeys.forget(tenant);
    return this.#parts.tenantKeys.get(tenant);
  }

  #read(keys: readonly string[]): Promise<Found[]> {
    return from('registry', Promise.resolve(this.#documents.getMany(keys)));
  }

  #open(tenant: string, tag: string, { key, revision, value }: Document, set: TenantKeySet): SubjectKey {
    const known = this.#keys.get(key);
    if (known?.revision === revision) return known.key;
    try {
      const opened = openSubjectKey(tenant, tag, value.generation, value.key!, set);
      this.#keys.set(key, { revision, key: opened });
      return opened;
    } catch (error) {
      throw asProblem(error, 'registry');
    }
  }

  #forget(key: string): void {
    this.#documents.changed(key);
    this.#keys.delete(key);
  }
}
