/** Two 32-bit halves of a hash, as signed integers: those that the engine keeps without allocating. */
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
    return hashText(this.begin(tenant), id);
  }

  /** What all hashes of a tenant begin with, for {@link hashBytes}. */
  begin(tenant: string): IdHash {
    let high = this.#seed ^ 0x9e3779b9;
    let low = Math.imul(this.#seed, 0x85ebca6b) ^ 0xc2b2ae35;
    for (let i = 0; i < tenant.length; i++) {
      const unit = tenant.charCodeAt(i);
      high = Math.imul(high ^ unit, 0x01000193);
      low = Math.imul(low + unit, 0x2c1b3c6d);
    }
    return { high: Math.imul(high ^ 0x10000, 0x01000193), low: Math.imul(low + 0x10000, 0x2c1b3c6d) };
  }

  /** The same as {@link hash} of the id whose UTF-8 is bytes [from, to), written to `out`. */
  hashBytes(begun: IdHash, bytes: Uint8Array, from: number, to: number, out: IdHash): void {
    let { high, low } = begun;
    let seen = 0;
    for (let i = from; i < to; i++) {
      const unit = bytes[i]!;
      seen |= unit;
      high = Math.imul((high << 5) ^ (high >>> 27) ^ unit, 0x01000193);
      low = Math.imul(((low << 7) | (low >>> 25)) + unit, 0x2c1b3c6d);
    }
    // ASCII has one byte for each unit; anything else is no id that intake admits.
    if (seen < 0x80) finish(high, low, out);
    else Object.assign(out, hashText(begun, new TextDecoder().decode(bytes.subarray(from, to))));
  }

  /** The hash as one number below 2^53, for the key of a Map. */
  key(tenant: string, id: string): number {
    return hashKey(this.hash(tenant, id));
  }
}

function hashText(begun: IdHash, id: string): IdHash {
  let { high, low } = begun;
  for (let i = 0; i < id.length; i++) {
    const unit = id.charCodeAt(i);
    high = Math.imul((high << 5) ^ (high >>> 27) ^ unit, 0x01000193);
    low = Math.imul(((low << 7) | (low >>> 25)) + unit, 0x2c1b3c6d);
  }
  const hash = { high: 0, low: 0 };
  finish(high, low, hash);
  return hash;
}

function finish(high: number, low: number, out: IdHash): void {
  const mixed = avalanche(high ^ (low >>> 16));
  out.high = mixed;
  out.low = avalanche(low ^ Math.imul(mixed, 0x27d4eb2f));
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
  return mixed ^ (mixed >>> 16);
}
