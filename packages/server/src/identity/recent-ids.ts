import type { IdHash } from './id-hash.js';

export interface RecentIdsLimits {
  /** How long an id is remembered after its event was received. */
  windowNs: bigint;
  /** Memory for all generations together; near it they give up precision first, then the oldest is forgotten. */
  maxBytes: number;
  /** How many ids a generation has room for at least. */
  minGenerationIds?: number;
}

/** Names one load of the ids; compared by identity. */
export type IdLoad = object;

/**
 * The ids that were sealed within the window, as generations of blocked Bloom filters: 48 bits an id as long as there
 * is room, and 12 at least.
 *
 * It answers "never seen" or "perhaps seen". A perhaps is confirmed in the store by whoever asks, so a false match
 * costs a look-up and can never drop an event. It never says "never seen" of an id that was received within the
 * window: while it is being loaded, or where the memory limit made it forget too early, it says perhaps.
 *
 * Why so many bits: a look-up costs more than a thousand events do without one, so false matches have to be rare
 * among thousands of events, not among a hundred.
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
    const { minGenerationIds = MIN_GENERATION_IDS, maxBytes } = this.#limits;
    const capacity = Math.min(Math.max((previous?.count ?? 0) * 4, minGenerationIds), MAX_GENERATION_IDS);
    const generation = new Generation(capacity, receivedAtNs, maxBytes / GENERATIONS_WITH_ROOM);
    // A little longer than the window, so that a clock that is set back by less than that costs nothing.
    const horizonNs = this.#newestNs - this.#limits.windowNs - this.#limits.windowNs / 4n;
    const kept: Generation[] = [];
    for (const old of this.#generations) {
      if (old.lastNs < horizonNs) this.#forget(old);
      else kept.push(old);
    }
    this.#makeRoom(kept, generation);
    this.#generations = [...kept, generation];
    return generation;
  }

  /** Halves the most precise generations, the oldest of them first; where none can be halved, forgets the oldest. */
  #makeRoom(kept: Generation[], added: Generation): void {
    const { maxBytes } = this.#limits;
    let held = kept.reduce((sum, each) => sum + each.bytes, added.bytes);
    while (held > maxBytes && kept.length > 0) {
      const widest = kept.reduce((found, each) => (each.bitsPerId > found.bitsPerId ? each : found));
      if (widest.bitsPerId > MIN_BITS_PER_ID) {
        held -= widest.bytes / 2;
        widest.halve();
      } else {
        const oldest = kept.shift()!;
        held -= oldest.bytes;
        this.#forget(oldest);
      }
    }
  }

  #forget({ lastNs }: Generation): void {
    const coveredFromNs = lastNs + 1n;
    if (this.#coveredFromNs === undefined || this.#coveredFromNs < coveredFromNs) this.#coveredFromNs = coveredFromNs;
  }
}

const MIN_GENERATION_IDS = 1 << 20;
const MAX_GENERATION_IDS = 1 << 26;
/** A window has nine generations at most; so long as none takes more than its part, few have to be halved. */
const GENERATIONS_WITH_ROOM = 8;
const MAX_BITS_PER_ID = 48;
const MIN_BITS_PER_ID = 12;
/** A block is one cache line, so that a question costs one access to memory (Putze, Sanders, Singler, 2007). */
const BLOCK_WORDS = 16;
/** Nearly the best for 12 bits an id, and good for 48: a question ends at the first bit that is not set. */
const PROBES = 10;

class Generation {
  readonly firstNs: bigint;
  lastNs: bigint;
  count = 0;
  readonly #capacity: number;
  #bitsPerId: number;
  #words: Uint32Array;
  #blocks: number;

  /** @param maxBytes what it may take, unless that gives an id less than the fewest bits */
  constructor(capacity: number, firstNs: bigint, maxBytes: number) {
    this.#capacity = capacity;
    this.#bitsPerId = MIN_BITS_PER_ID;
    this.#blocks = Math.ceil((capacity * MIN_BITS_PER_ID) / (BLOCK_WORDS * 32));
    while (this.#bitsPerId < MAX_BITS_PER_ID && this.#blocks * 2 * BLOCK_WORDS * 4 <= maxBytes) {
      this.#bitsPerId *= 2;
      this.#blocks *= 2;
    }
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

  /** When it is full. */
  get bitsPerId(): number {
    return this.#bitsPerId;
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

  /** Gives half of the memory back: blocks 2i and 2i + 1 become block i, which is where {@link #base} then looks. */
  halve(): void {
    this.#bitsPerId /= 2;
    this.#blocks /= 2;
    const wide = this.#words;
    const words = new Uint32Array(this.#blocks * BLOCK_WORDS);
    for (let i = 0; i < words.length; i++) {
      const left = 2 * i - (i % BLOCK_WORDS);
      words[i] = wide[left]! | wide[left + BLOCK_WORDS]!;
    }
    this.#words = words;
  }

  #base(hash: IdHash): number {
    return Math.floor(((hash.high >>> 0) / 4_294_967_296) * this.#blocks) * BLOCK_WORDS;
  }
}
