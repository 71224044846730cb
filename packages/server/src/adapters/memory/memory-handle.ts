import { PortFailure } from '../../ports/failure.js';

/**
 * Where a simulation may hold an operation back, or never let it go on: it is called with a label such as
 * `journal.append` before an operation takes effect, and with `journal.append.done` between its effect and its return.
 */
export type YieldPoint = (label: string) => Promise<void>;

export interface MemoryHandleOptions {
  /** Without one, operations take a few microtasks. */
  yieldPoint?: YieldPoint;
}

/**
 * A process's hold on a port whose state lies in memory. Each operation takes effect at one moment, with a yield point
 * before and one after it. A crash is to leave handles alone and open others on the same state: what was held back
 * before its effect has not happened, what was held back after it has, and neither was acknowledged.
 */
export class MemoryHandle {
  readonly #name: string;
  readonly #yieldPoint: YieldPoint;
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #whenClosed: (() => void)[] = [];
  #closed = false;

  constructor(name: string, options: MemoryHandleOptions) {
    this.#name = name;
    this.#yieldPoint = options.yieldPoint ?? (() => Promise.resolve());
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Runs one operation. Fails with `closed` after {@link close}. */
  async run<T>(operation: string, effect: () => T): Promise<T> {
    this.refuseWhenClosed();
    const running = this.#run(`${this.#name}.${operation}`, effect);
    this.#underWay.add(running);
    try {
      return await running;
    } finally {
      this.#underWay.delete(running);
    }
  }

  refuseWhenClosed(): void {
    if (this.#closed) throw new PortFailure('closed', `${this.#name}: closed`);
  }

  onClose(action: () => void): void {
    this.#whenClosed.push(action);
  }

  /** Refuses what comes, and waits for what is under way. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled([...this.#underWay]);
    for (const action of this.#whenClosed.splice(0)) action();
  }

  async #run<T>(label: string, effect: () => T): Promise<T> {
    await this.#yieldPoint(label);
    const result = effect();
    await this.#yieldPoint(`${label}.done`);
    return result;
  }
}
