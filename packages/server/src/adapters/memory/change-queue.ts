import type { PortFailure } from '../../ports/failure.js';
import type { RegistryChange } from '../../ports/registry.js';

/** The changes that one watcher has yet to take: of each key the newest. */
export class ChangeQueue implements AsyncIterable<RegistryChange> {
  readonly #changes = new Map<string, RegistryChange>();
  readonly #onEnd: () => void;
  #end: { failure?: PortFailure } | undefined;
  #wake: () => void = () => undefined;

  constructor(onEnd: () => void) {
    this.#onEnd = onEnd;
  }

  push(change: RegistryChange): void {
    this.#changes.set(change.key, change);
    this.#wake();
  }

  /** Ends the iteration at once, with the failure if there is one. */
  end(failure?: PortFailure): void {
    if (this.#end) return;
    this.#end = failure ? { failure } : {};
    this.#onEnd();
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<RegistryChange> {
    try {
      while (!this.#end) {
        const [next] = this.#changes.values();
        if (next) {
          this.#changes.delete(next.key);
          yield next;
        } else {
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
        }
      }
      if (this.#end.failure) throw this.#end.failure;
    } finally {
      this.end();
    }
  }
}
