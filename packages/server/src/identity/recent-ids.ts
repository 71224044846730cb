import type { IdHash } from './id-hash.js';

export interface RecentIdsLimits {
  /** How long an id is remembered after its event was received. */
  windowNs: bigint;
  /** Memory for all generations together. */
  maxBytes: number;
  /** How many ids a generation has room for at least. */
  minGenerationIds?: number;
}

/** Names one load of the ids; compared by identity. */
export type IdLoad = object;

/**
 * The ids that were sealed within the window, as generations of blocked Bloom filters: 12 bits an id.
 *
 * It answers "never seen" or "perhaps seen". A perhaps is confirmed in the store by whoever asks, so a false match
 * costs a look-up and can never drop an event. It never says "never seen" of an id that was received within the
 * window: while it is being loaded, or where the memory limit made it forget too early, it says perhaps.
 */
export class RecentIds {
  readonly #limits: RecentIdsLimits;
  #generations: Generation[] = [];
  #load: IdLoad = {};
  #loaded = false;
  /** Every id that was received at or after this is in the filters; undefined: every id there is. */
  #coveredFromNs: bigint | undefined;
  #newestNs = 0n;

  constructor(limits: RecentIdsLimits) {
    this.#limits = limits;
  }

  /** True when no id of any age is unknown to it: a repeat that it has never seen is none. */
  get coversEverything(): boolean {
    return this.#loaded && this.#coveredFromNs === undefined;
  }

  /** False while it has to say perhaps to every event that is received at this time. */
  covers(receivedAtNs: bigint): boolean {
    if (!this.#loaded) return false;
    return this.#coveredFromNs === undefined || receivedAtNs - this.#limits.windowNs >= this.#coveredFromNs;
  }

  get bytes(): number {
    return this.#generations.reduce((sum, generation) => sum + generation.bytes, 0);
  }

  get ids(): number {
    return this.#generations.reduce((sum, generation) => sum + generation.count, 0);
  }

  /**
   * Forgets everything, for a load to begin, and says perhaps until that load is done.
   * @param coveredFromNs the load adds every id that was received at or after this; undefined: every id there is
   */
  reset(coveredFromNs: bigint | undefined): IdLoad {
    this.#generations = [];
    this.#loaded = false;
    this.#coveredFromNs = coveredFromNs;
    this.#load = {};
    return this.#load;
  }

  /** Call when the load that began with that reset is done. One that another has overtaken counts for nothing. */
  loaded(load: IdLoad): void {
    if (load === this.#load) this.#loaded = true;
  }

  add(hash: IdHash, receivedAtNs: bigint): void {
    if (receivedAtNs > this.#newestNs) this.#newestNs = receivedAtNs;
    let current = this.#generations.at(-1);
    if (current === undefined || current.full || current.firstNs + this.#limits.windowNs / 8n < receivedAtNs) {
      current = this.#startGeneration(current, receivedAtNs);
    }
    current.add(hash, receivedAtNs);
  }

  /**
   * False: no event with this id was sealed that was received within the window before `receivedAtNs`. True: look it
   * up. The clock that gave the times may have jumped: what is forgotten is remembered by its time, not by its age.
   */
  mayContain(hash: IdHash, receivedAtNs: bigint): boolean {
    if (!this.covers(receivedAtNs)) return true;
    for (let i = this.#generations.length - 1; i >= 0; i--) {
      if (this.#generations[i]!.mayContain(hash)) return true;
    }
    return false;
  }

  #startGeneration(previous: Generation | undefined, receivedAtNs: bigint): Generation {
    const { minGenerationIds = MIN_GENERATION_IDS } = this.#limits;
    const capacity = Math.min(Math.max((previous?.count ?? 0) * 4, minGenerationIds), MAX_GENERATION_IDS);
    const generation = new Generation(capacity, receivedAtNs);
    // A little longer than the window, so that a clock that is set back by less than that costs nothing.
    const horizonNs = this.#newestNs - this.#limits.windowNs - this.#limits.windowNs / 4n;
    const kept: Generation[] = [];
    for (const old of this.#generations) {
      if (old.lastNs < horizonNs) this.#forget(old);
      else kept.push(old);
    }
    let held = kept.reduce((sum, each) => sum + each.bytes, generation.bytes);
    while (held > this.#limits.maxBytes && kept.length > 0) {
      const oldest = kept.shift()!;
      held -= oldest.bytes;
      this.#forget(oldest);
    }
    this.#generations = [...kept, generation];
    return generation;
  }

  #forget({ lastNs }: Generation): void {
    const coveredFromNs = lastNs + 1n;
    if (this.#coveredFromNs === undefined || this.#coveredFromNs < coveredFromNs) this.#coveredFromNs = coveredFromNs;
  }
}

const MIN_GENERATION_IDS = 1 << 20;
const MAX_GENERATION_IDS = 1 << 26;
const BITS_PER_ID = 12;
/** A block is one cache line, so that a question costs one access to memory (Putze, Sanders, Singler, 2007). */
const BLOCK_WORDS = 16;
const PROBES = 7;

class Generation {
  readonly firstNs: bigint;
  lastNs: bigint;
  count = 0;
  readonly #capacity: number;
  readonly #words: Uint32Array;
  readonly #blocks: number;

  constructor(capacity: number, firstNs: bigint) {
    this.#capacity = capacity;
    this.#blocks = Math.ceil((capacity * BITS_PER_ID) / (BLOCK_WORDS * 32));
    this.#words = new Uint32Array(this.#blocks * BLOCK_WORDS);
    this.firstNs = firstNs;
    this.lastNs = firstNs;
  }

  get full(): boolean {
    return this.count >= this.#capacity;
  }

  get bytes(): number {
    return this.#words.byteLength;
  }

  add(hash: IdHash, receivedAtNs: bigint): void {
    const base = this.#base(hash);
    let probe = hash.low;
    const step = (hash.low >>> 15) | 1;
    for (let i = 0; i < PROBES; i++) {
      const bit = probe >>> 23;
      this.#words[base + (bit >>> 5)]! |= 1 << (bit & 31);
      probe = Math.imul(probe + step, 0x9e3779b1);
    }
    this.count += 1;
    if (receivedAtNs > this.lastNs) this.lastNs = receivedAtNs;
  }

  mayContain(hash: IdHash): boolean {
    const base = this.#base(hash);
    let probe = hash.low;
    const step = (hash.low >>> 15) | 1;
    for (let i = 0; i < PROBES; i++) {
      const bit = probe >>> 23;
      if ((this.#words[base + (bit >>> 5)]! & (1 << (bit & 31))) === 0) return false;
      probe = Math.imul(probe + step, 0x9e3779b1);
    }
    return true;
  }

  #base(hash: IdHash): number {
    return Math.floor((hash.high / 4_294_967_296) * this.#blocks) * BLOCK_WORDS;
  }
}
