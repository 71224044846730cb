/**
 * The registry: small JSON documents with a revision, changed by compare-and-swap: tenants, tree heads, keys, policies.
 *
 * Keys are words of `[A-Za-z0-9_-]` joined by dots (`tenant.acme`, `head.acme`), at most 256 characters.
 * A document is at most {@link MAX_DOCUMENT_BYTES} as JSON. There is no transaction over several documents.
 *
 * One machine: LMDB. Past one machine: NATS key-value.
 */
export interface RegistryDocument<T = unknown> {
  key: string;
  value: T;
  /** Positive; another one after each change. Revisions of one key increase; nothing else follows from their values. */
  revision: number;
}

export interface RegistryWrite {
  key: string;
  value: unknown;
  /** The revision that the document must have now; 0: it must not exist. */
  expectedRevision: number;
}

/** The outcome of one write of {@link Registry.putMany}: the new revision, or what stands in its way. */
export type RegistryWriteResult = { ok: true; revision: number } | { ok: false };

/** A change seen by a watcher. `document` is absent when the key was deleted. */
export interface RegistryChange {
  key: string;
  document?: RegistryDocument;
}

export interface Registry {
  /** The document as of the last write that resolved anywhere (linearizable). */
  get<T>(key: string): Promise<RegistryDocument<T> | undefined>;

  /** Each as by {@link get}, in the order of the keys. They may be of different moments. */
  getMany<T>(keys: readonly string[]): Promise<(RegistryDocument<T> | undefined)[]>;

  /**
   * Writes one document if it has the expected revision. Durable when it resolves; resolves with the new revision.
   * Fails with `conflict` when the revision is another one, or with `unavailable`, when it may have been applied:
   * read the document to know.
   */
  put(key: string, value: unknown, expectedRevision: number): Promise<number>;

  /**
   * Many writes in one go, each by its own compare-and-swap: some may succeed and others not, also when the whole
   * call fails with `unavailable`. Durable when it resolves.
   */
  putMany(writes: readonly RegistryWrite[]): Promise<RegistryWriteResult[]>;

  /** Removes a document that has this revision; `conflict` otherwise. Durable when it resolves. */
  delete(key: string, expectedRevision: number): Promise<void>;

  /**
   * Documents whose key begins with the prefix, in the order of keys, after `afterKey` if it is given. Each is as by
   * {@link get}: the list has every write that resolved anywhere before the call, and nothing that was deleted before it.
   */
  list<T>(prefix: string, options: { afterKey?: string; limit: number }): Promise<RegistryDocument<T>[]>;

  /**
   * The changes of keys with this prefix that resolve after the call, of all processes, until the signal is aborted.
   * Changes of one key come in their order; an older one may be left out when a newer one is there.
   */
  watch(prefix: string, signal: AbortSignal): AsyncIterable<RegistryChange>;

  close(): Promise<void>;
}

export const MAX_DOCUMENT_BYTES = 512 * 1024;
export const REGISTRY_KEY = /^(?=.{1,256}$)[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/;
