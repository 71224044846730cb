import { PortFailure } from '../../ports/failure.js';
import {
  MAX_DOCUMENT_BYTES,
  REGISTRY_KEY,
  type Registry,
  type RegistryChange,
  type RegistryDocument,
  type RegistryWrite,
  type RegistryWriteResult,
} from '../../ports/registry.js';
import { ChangeQueue } from './change-queue.js';
import { MemoryHandle, type MemoryHandleOptions } from './memory-handle.js';

/** What a registry has on its stable storage, and who watches it, in whichever handle. */
export class MemoryRegistryState {
  /** JSON, so that no two callers ever share an object. */
  readonly documents = new Map<string, { json: string; revision: number }>();
  lastRevision = 0;
  readonly watchers = new Set<(change: RegistryChange) => void>();
}

export function openMemoryRegistry(state: MemoryRegistryState, options: MemoryHandleOptions = {}): Registry {
  return new MemoryRegistry(state, options);
}

/** One compare-and-swap; without JSON, a removal. */
interface Swap {
  key: string;
  expectedRevision: number;
  json?: string;
}

class MemoryRegistry implements Registry {
  readonly #state: MemoryRegistryState;
  readonly #handle: MemoryHandle;

  constructor(state: MemoryRegistryState, options: MemoryHandleOptions) {
    this.#state = state;
    this.#handle = new MemoryHandle('registry', options);
  }

  get<T>(key: string): Promise<RegistryDocument<T> | undefined> {
    return this.#handle.run('get', () => this.#document<T>(checkedKey(key)));
  }

  getMany<T>(keys: readonly string[]): Promise<(RegistryDocument<T> | undefined)[]> {
    return this.#handle.run('getMany', () => keys.map(checkedKey).map((key) => this.#document<T>(key)));
  }

  put(key: string, value: unknown, expectedRevision: number): Promise<number> {
    return this.#handle.run('put', () => {
      const result = this.#swap(swapOf({ key, value, expectedRevision }));
      if (!result.ok) throw conflict(key, expectedRevision);
      return result.revision;
    });
  }

  putMany(writes: readonly RegistryWrite[]): Promise<RegistryWriteResult[]> {
    return this.#handle.run('putMany', () => writes.map(swapOf).map((swap) => this.#swap(swap)));
  }

  delete(key: string, expectedRevision: number): Promise<void> {
    return this.#handle.run('delete', () => {
      if (!this.#swap({ key: checkedKey(key), expectedRevision }).ok) throw conflict(key, expectedRevision);
    });
  }

  list<T>(prefix: string, { afterKey = '', limit }: { afterKey?: string; limit: number }) {
    return this.#handle.run('list', () =>
      [...this.#state.documents.keys()]
        .filter((key) => key.startsWith(prefix) && key > afterKey)
        .sort()
        .slice(0, Math.max(limit, 0))
        .map((key) => this.#document<T>(key) as RegistryDocument<T>),
    );
  }

  watch(prefix: string, signal: AbortSignal): AsyncIterable<RegistryChange> {
    this.#handle.refuseWhenClosed();
    const { watchers } = this.#state;
    const offer = (change: RegistryChange) => {
      if (change.key.startsWith(prefix)) queue.push(structuredClone(change));
    };
    const queue = new ChangeQueue(() => watchers.delete(offer));
    watchers.add(offer);
    if (signal.aborted) queue.end();
    signal.addEventListener('abort', () => queue.end(), { once: true });
    this.#handle.onClose(() => queue.end(new PortFailure('closed', 'registry: closed')));
    return queue;
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  #document<T>(key: string): RegistryDocument<T> | undefined {
    const stored = this.#state.documents.get(key);
    return stored && { key, value: JSON.parse(stored.json) as T, revision: stored.revision };
  }

  #swap({ key, expectedRevision, json }: Swap): RegistryWriteResult {
    const state = this.#state;
    const current = state.documents.get(key)?.revision ?? 0;
    // Removing what is not there is a conflict, even when that is what was expected.
    if (current !== expectedRevision || (current === 0 && json === undefined)) return { ok: false };
    state.lastRevision += 1;
    const revision = state.lastRevision;
    if (json === undefined) state.documents.delete(key);
    else state.documents.set(key, { json, revision });
    const document = this.#document(key);
    for (const offer of [...state.watchers]) offer(document ? { key, document } : { key });
    return { ok: true, revision };
  }
}

function swapOf({ key, value, expectedRevision }: RegistryWrite): Required<Swap> {
  return { key: checkedKey(key), expectedRevision, json: checkedJson(value) };
}

function checkedKey(key: string): string {
  if (!REGISTRY_KEY.test(key)) throw new PortFailure('refused', 'registry: malformed key');
  return key;
}

function checkedJson(value: unknown): string {
  const json = JSON.stringify(value) as string | undefined;
  if (json === undefined || Buffer.byteLength(json) > MAX_DOCUMENT_BYTES) {
    throw new PortFailure('refused', 'registry: the value is not JSON, or too large');
  }
  return json;
}

function conflict(key: string, expectedRevision: number): PortFailure {
  return new PortFailure('conflict', `registry: ${key} is not at revision ${expectedRevision}`);
}
