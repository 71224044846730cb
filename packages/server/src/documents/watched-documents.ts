import { LRUCache } from 'lru-cache';
import type { Clock } from '../ports/clock.js';
import type { Registry, RegistryDocument } from '../ports/registry.js';

export interface WatchedDocumentsParts {
  registry: Pick<Registry, 'get' | 'getMany' | 'watch'>;
  clock: Clock;
  /** Which documents: the beginning of their keys. */
  prefix: string;
  maxDocuments: number;
  /** Told when the watch broke, so that nothing is remembered until it is back. */
  onTrouble?: (error: unknown) => void;
}

type Found<T> = RegistryDocument<T> | undefined;

const PAUSE_MS = 500;

/**
 * Documents of the registry, remembered while a watch says when they change: what any node writes is seen here as soon
 * as the watch tells it, and while there is no watch, every read goes to the registry. Absent documents are remembered
 * as absent. Whoever writes through this process calls {@link changed}, and then reads what was written.
 */
export class WatchedDocuments<T> {
  readonly #parts: WatchedDocumentsParts;
  readonly #known: LRUCache<string, { document: Found<T> }>;
  /** Reads under way. One is taken out when its key changes meanwhile, so that what it brings is not remembered. */
  readonly #reading = new Map<string, Promise<Found<T>>>();
  readonly #listeners = new Set<(key: string | undefined) => void>();
  #watching = false;
  #hits = 0;
  #misses = 0;

  constructor(parts: WatchedDocumentsParts) {
    this.#parts = parts;
    this.#known = new LRUCache({ max: parts.maxDocuments });
  }

  /** Whether changes are heard of now: only then may whoever builds on a document remember what it built. */
  get watching(): boolean {
    return this.#watching;
  }

  get hits(): number {
    return this.#hits;
  }

  get misses(): number {
    return this.#misses;
  }

  /** The document: at once when it is remembered, else by asking the registry, whose failures come through. */
  get(key: string): Found<T> | Promise<Found<T>> {
    const known = this.#known.get(key);
    if (known !== undefined) {
      this.#hits += 1;
      return known.document;
    }
    this.#misses += 1;
    return this.#reading.get(key) ?? this.#read(key);
  }

  /** Each as by {@link get}; those that are not remembered with one question to the registry. */
  getMany(keys: readonly string[]): Found<T>[] | Promise<Found<T>[]> {
    const missing = [...new Set(keys.filter((key) => !this.#known.has(key) && !this.#reading.has(key)))];
    if (missing.length > 0) {
      const all = this.#parts.registry.getMany<T>(missing);
      // Several wait for this one answer, and whoever asked is told when it fails.
      all.catch(() => undefined);
      const asked = new Map(missing.map((key, place) => [key, all.then((documents) => documents[place])]));
      for (const [key, reading] of asked) this.#remember(key, reading);
      this.#misses += missing.length;
      return Promise.all(keys.map((key) => asked.get(key) ?? this.get(key)));
    }
    const found = keys.map((key) => this.get(key));
    return found.some((document) => document instanceof Promise) ? Promise.all(found) : (found as Found<T>[]);
  }

  /** Forgets a document that was written, and tells who listens. */
  changed(key: string): void {
    this.#known.delete(key);
    this.#reading.delete(key);
    for (const listener of this.#listeners) listener(key);
  }

  /** Calls back with the key of a document that changed, or with undefined when any may have. */
  onChange(listener: (key: string | undefined) => void): void {
    this.#listeners.add(listener);
  }

  /** Watches until the signal is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    const { registry, prefix, clock, onTrouble } = this.#parts;
    while (!signal.aborted) {
      try {
        const changes = registry.watch(prefix, signal);
        this.#watching = true;
        for await (const { key } of changes) this.changed(key);
      } catch (error) {
        if (!signal.aborted) onTrouble?.(error);
      }
      this.#forgetAll();
      await clock.sleep(PAUSE_MS, signal);
    }
  }

  #read(key: string): Promise<Found<T>> {
    const reading = this.#parts.registry.get<T>(key);
    this.#remember(key, reading);
    return reading;
  }

  #remember(key: string, reading: Promise<Found<T>>): void {
    // Whoever waits is told of a failure.
    if (!this.#watching) return void reading.catch(() => undefined);
    this.#reading.set(key, reading);
    reading.then(
      (document) => {
        if (this.#reading.get(key) !== reading) return;
        this.#reading.delete(key);
        this.#known.set(key, { document });
      },
      () => {
        if (this.#reading.get(key) === reading) this.#reading.delete(key);
      },
    );
  }

  #forgetAll(): void {
    this.#watching = false;
    this.#known.clear();
    this.#reading.clear();
    for (const listener of this.#listeners) listener(undefined);
  }
}
