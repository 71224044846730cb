/** Two 32-bit halves of a hash, as unsigned integers. */
export interface IdHash {
  high: number;
  low: number;
}

/**
 * A fast hash of (tenant, id) for tables in memory: two lanes of multiply-and-rotate over the UTF-16 units, each
 * finished by an avalanche. Not cryptographic: the seed is chosen at random by each process, so that nobody outside
 * can prepare collisions, and whoever finds a match confirms it with the real id.
 */
export class IdHasher {
  readonly #seed: number;

  constructor(seed: number) {
    this.#seed = seed >>> 0;
  }

  hash(tenant: string, id: string): IdHash {
    let high = this.#seed ^ 0x9e3779b9;
    let low = Math.imul(this.#seed, 0x85ebca6b) ^ 0xc2b2ae35;
    for (let i = 0; i < tenant.length; i++) {
      const unit = tenant.charCodeAt(i);
      high = Math.imul(high ^ unit, 0x01000193);
      low = Math.imul(low + unit, 0x2c1b3c6d);
    }
    high = Math.imul(high ^ 0x10000, 0x01000193);
    low = Math.imul(low + 0x10000, 0x2c1b3c6d);
    for (let i = 0; i < id.length; i++) {
      const unit = id.charCodeAt(i);
      high = Math.imul((high << 5) ^ (high >>> 27) ^ unit, 0x01000193);
      low = Math.imul(((low << 7) | (low >>> 25)) + unit, 0x2c1b3c6d);
    }
    high ^= low >>> 16;
    return { high: avalanche(high), low: avalanche(low ^ Math.imul(high, 0x27d4eb2f)) };
  }

  /** The hash as one number below 2^53, for the key of a Map. */
  key(tenant: string, id: string): number {
    return hashKey(this.hash(tenant, id));
  }
}

/** An {@link IdHash} as one number below 2^53. */
export function hashKey({ high, low }: IdHash): number {
  return (high >>> 0) * 2_097_152 + (low >>> 11);
}

function avalanche(value: number): number {
  let mixed = value;
  mixed ^= mixed >>> 16;
  mixed = Math.imul(mixed, 0x7feb352d);
  mixed ^= mixed >>> 15;
  mixed = Math.imul(mixed, 0x846ca68b);
  mixed ^= mixed >>> 16;
  return mixed >>> 0;
}
