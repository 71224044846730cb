import { Problem } from '../errors.js';

/** Bounds how many streams there are at once: of a tenant, so that none takes all, and of all. */
export class StreamPlaces {
  readonly #maxStreams: number;
  readonly #maxStreamsPerTenant: number;
  readonly #ofTenant = new Map<string, number>();
  #streams = 0;

  constructor({ maxStreams, maxStreamsPerTenant }: { maxStreams: number; maxStreamsPerTenant: number }) {
    this.#maxStreams = maxStreams;
    this.#maxStreamsPerTenant = maxStreamsPerTenant;
  }

  get taken(): number {
    return this.#streams;
  }

  /**
   * Takes a place, and gives what to call when it is free again.
   * @throws Problem `too-many-streams`
   */
  take(tenant: string): () => void {
    const ofTenant = this.#ofTenant.get(tenant) ?? 0;
    if (ofTenant >= this.#maxStreamsPerTenant) throw tooMany(`A tenant has at most ${this.#maxStreamsPerTenant}.`);
    if (this.#streams >= this.#maxStreams) throw tooMany(`This server has at most ${this.#maxStreams}.`);
    this.#streams += 1;
    this.#ofTenant.set(tenant, ofTenant + 1);
    let isTaken = true;
    return () => {
      if (!isTaken) return;
      isTaken = false;
      this.#streams -= 1;
      const left = this.#ofTenant.get(tenant)! - 1;
      if (left === 0) this.#ofTenant.delete(tenant);
      else this.#ofTenant.set(tenant, left);
    };
  }
}

function tooMany(detail: string): Problem {
  return new Problem('too-many-streams', { detail, retryAfterSeconds: 10 });
}
