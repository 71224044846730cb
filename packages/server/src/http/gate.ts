import { Problem } from '../errors.js';

export interface GateLimits {
  maxRequests: number;
  maxBytes: number;
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
   * Lets a request in that will bring about this many bytes; the result lets it out again.
   * @throws Problem `too-many-requests`
   */
  enter(bytes: number): () => void {
    if (this.#requests >= this.#limits.maxRequests) throw new Problem('too-many-requests');
    // One request is always let in, however large it is within the limit on bodies.
    if (this.#requests > 0 && this.#bytes + bytes > this.#limits.maxBytes) throw new Problem('too-many-requests');
    this.#requests += 1;
    this.#bytes += bytes;
    let inside = true;
    return () => {
      if (!inside) return;
      inside = false;
      this.#requests -= 1;
      this.#bytes -= bytes;
    };
  }
}
