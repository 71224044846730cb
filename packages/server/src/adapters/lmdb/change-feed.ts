import type { PortFailure } from '../../ports/failure.js';
import type { RegistryChange } from '../../ports/registry.js';

/**
 * The changes that this process commits, handed to those who watch. A watcher holds at most one change of each key that
 * it has not taken yet, the newest: a slow one is bounded by the number of keys, not of changes.
 */
export class ChangeFeed {
  readonly #watchers = new Set<Watcher>();

  /** Watches from this call on, not from the first time that the iterable is asked. */
  watch(prefix: string, signal: AbortSignal): AsyncIterable<RegistryChange> {
    const watcher = new Watcher(prefix);
    const end = () => {
      this.#watchers.delete(watcher);
      signal.removeEventListener('abort', end);
      watcher.end();
    };
    this.#watchers.add(watcher);
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
    return iterate(watcher, end);
  }

  publish(change: RegistryChange): void {
    for (const watcher of this.#watchers) watcher.offer(change);
  }

  /** Ends every watch with this failure, after nothing more. */
  fail(failure: PortFailure): void {
    for (const watcher of this.#watchers) watcher.end(failure);
    this.#watchers.clear();
  }
}

async function* iterate(watcher: Watcher, end: () => void): AsyncGenerator<RegistryChange> {
  try {
    for (let change = await watcher.next(); change; change = await watcher.next()) yield change;
  } finally {
    end();
  }
}

class Watcher {
  readonly #prefix: string;
  readonly #pending = new Map<string, RegistryChange>();
  #wake: (() => void) | undefined;
  #ended = false;
  #failure: PortFailure | undefined;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  offer(change: RegistryChange): void {
    if (this.#ended || !change.key.startsWith(this.#prefix)) return;
    this.#pending.set(change.key, change);
    this.#wake?.();
  }

  end(failure?: PortFailure): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#failure = failure;
    this.#pending.clear();
    this.#wake?.();
  }

  /** The oldest key's newest change; undefined at the end. */
  async next(): Promise<RegistryChange | undefined> {
    while (!this.#ended && this.#pending.size === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#failure) throw this.#failure;
    for (const [key, change] of this.#pending) {
      this.#pending.delete(key);
      return change;
    }
    return undefined;
  }
}
