/** How items go through: prepared many at once, delivered and finished in the order in which they came. */
export interface PipelineOptions<Item, Prepared> {
  /** Items of one key are prepared one after the other; one without a key after all before it and before all behind it. */
  readonly keyOf: (item: Item) => string | undefined;
  readonly prepare: (item: Item) => Promise<Prepared>;
  /** Called in order; several may be under way. */
  readonly deliver: (prepared: Prepared) => Promise<void>;
  /** Called in order, when the item and all before it are delivered. */
  readonly finish: (item: Item) => void;
  readonly maxUnderWay: number;
  readonly maxPreparing: number;
}

/** Takes items one by one, and makes whoever gives them wait while too many are under way. */
export class OrderedPipeline<Item, Prepared> {
  /** Rejects with what an item failed with, as soon as it does; for whoever waits for the next item meanwhile. */
  readonly failed: Promise<never>;
  readonly #options: PipelineOptions<Item, Prepared>;
  readonly #preparing = new Map<string, Promise<unknown>>();
  readonly #underWay = new Set<Promise<unknown>>();
  #barrier: Promise<unknown> = Promise.resolve();
  #issued: Promise<unknown> = Promise.resolve();
  #finished: Promise<unknown> = Promise.resolve();
  #running = 0;
  #count = 0;
  #waitingToRun: (() => void)[] = [];
  #waitingForRoom: (() => void) | undefined;
  #failure: { error: unknown } | undefined;
  #tellFailure: (error: unknown) => void = () => {};

  constructor(options: PipelineOptions<Item, Prepared>) {
    this.#options = options;
    this.failed = new Promise((_, reject) => {
      this.#tellFailure = reject;
    });
    this.failed.catch(() => {});
  }

  /** Resolves when there is room for another. To be called one at a time. @throws what an item failed with */
  async push(item: Item): Promise<void> {
    this.#rethrow();
    this.#add(item);
    while (this.#count >= this.#options.maxUnderWay && this.#failure === undefined) {
      await new Promise<void>((resolve) => {
        this.#waitingForRoom = resolve;
      });
    }
    this.#rethrow();
  }

  /** Resolves when all is finished. @throws what an item failed with */
  async drain(): Promise<void> {
    await this.#finished.catch(() => {});
    this.#rethrow();
  }

  #add(item: Item): void {
    this.#count++;
    const prepared = this.#prepared(item);
    const issued = Promise.all([prepared, this.#issued]).then(([value]) => ({ written: this.#options.deliver(value) }));
    this.#issued = issued;
    const written = issued.then((delivery) => delivery.written);
    this.#finished = Promise.all([written, this.#finished]).then(() => {
      this.#options.finish(item);
      this.#count--;
      this.#waitingForRoom?.();
    });
    this.#finished.catch((error: unknown) => {
      this.#failure ??= { error };
      this.#tellFailure(error);
      this.#waitingForRoom?.();
    });
  }

  #prepared(item: Item): Promise<Prepared> {
    const key = this.#options.keyOf(item);
    const before = key === undefined ? Promise.all(this.#underWay) : (this.#preparing.get(key) ?? this.#barrier);
    const prepared = before.then(() => this.#run(item));
    this.#underWay.add(prepared);
    if (key === undefined) {
      this.#barrier = prepared;
      this.#preparing.clear();
    } else {
      this.#preparing.set(key, prepared);
    }
    const forget = () => {
      this.#underWay.delete(prepared);
      if (key !== undefined && this.#preparing.get(key) === prepared) this.#preparing.delete(key);
    };
    prepared.then(forget, forget);
    return prepared;
  }

  async #run(item: Item): Promise<Prepared> {
    while (this.#running >= this.#options.maxPreparing) {
      await new Promise<void>((resolve) => this.#waitingToRun.push(resolve));
    }
    this.#running++;
    try {
      return await this.#options.prepare(item);
    } finally {
      this.#running--;
      this.#waitingToRun.shift()?.();
    }
  }

  #rethrow(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}
