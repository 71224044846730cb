interface Barrier {
  readonly through: number;
  readonly resolve: () => void;
}

/**
 * Who waits until everything up to a place is settled. Places grow; what is settled reaches a place when nothing at or
 * before it is open.
 */
export class FlushBarriers {
  readonly #barriers = new Set<Barrier>();
  #reached = 0;

  hasReached(place: number): boolean {
    return this.#reached >= place;
  }

  /** Resolves when that place is reached. @throws the signal's reason when that is aborted first */
  async wait(through: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (through <= this.#reached) return;
    await new Promise<void>((resolve, reject) => {
      const leave = () => {
        this.#barriers.delete(barrier);
        signal?.removeEventListener('abort', onAbort);
      };
      const onAbort = () => {
        leave();
        reject(signal?.reason);
      };
      const barrier: Barrier = {
        through,
        resolve: () => {
          leave();
          resolve();
        },
      };
      this.#barriers.add(barrier);
      signal?.addEventListener('abort', onAbort);
    });
  }

  reach(place: number): void {
    this.#reached = Math.max(this.#reached, place);
    for (const barrier of [...this.#barriers]) if (barrier.through <= this.#reached) barrier.resolve();
  }
}
