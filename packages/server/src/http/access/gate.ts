import { Problem } from '../../errors.js';

export interface GateLimits {
  maxRequests: number;
  maxBytes: number;
}

/** A request inside the gate. */
export interface Pass {
  /**
   * Makes known that the request holds this many bytes in all, when they are more than was expected of it.
   * @throws Problem `too-many-requests`
   */
  hold(bytes: number): void;
  /** Lets the request out again. */
  leave(): void;
}

/** Bounds what is under way at once. At the bound a request is turned away at once: nothing waits here. */
export class Gate {
  readonly #limits: GateLimits;
  #requests = 0;
  #bytes = 0;

  constructor(limits: GateLimits) {
    this.#limits = limits;
  }

  get requests(): number {
    return this.#requests;
  }

  /**
   * Lets a request in that will bring about this many bytes.
   * @throws Problem `too-many-requests`
   */
  enter(bytes: number): Pass {
    if (this.#requests >= this.#limits.maxRequests) throw new Problem('too-many-requests');
    this.#take(bytes, this.#requests);
    this.#requests += 1;
    let held = bytes;
    let inside = true;
    return {
      hold: (total) => {
        if (!inside || total <= held) return;
        this.#take(total - held, this.#requests - 1);
        held = total;
      },
      leave: () => {
        if (!inside) return;
        inside = false;
        this.#requests -= 1;
        this.#bytes -= held;
      },
    };
  }

  /** One request is always let in, however large it is within the limit on bodies. */
  #take(bytes: number, others: number): void {
    if (others > 0 && this.#bytes + bytes > this.#limits.maxBytes) throw new Problem('too-many-requests');
    this.#bytes += bytes;
  }
}
