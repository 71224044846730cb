import type { Position } from '../ports/store.js';

const MIN_SLOTS = 1024;

/**
 * A map from keys to positions that remembers the order in which keys came, for millions of them: in typed arrays, as
 * a `Map` would hold an object for every number. Open addressing with linear probing, at most half full.
 *
 * A key is a whole number below 2^53 whose upper 32 bits are spread evenly, as those of a hash are; a position is not 0.
 */
export class PositionTable {
  #keys = new Float64Array(MIN_SLOTS);
  /** 0 where a slot is free. */
  #positions = new Float64Array(MIN_SLOTS);
  /** The keys in the order in which they came, as a ring: one place for each key in the table. */
  #ring = new Float64Array(MIN_SLOTS);
  #ringStart = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Bytes of memory. */
  get bytes(): number {
    return this.#keys.byteLength + this.#positions.byteLength + this.#ring.byteLength;
  }

  get(key: number): Position | undefined {
    const position = this.#positions[this.#slotOf(key)]!;
    return position === 0 ? undefined : position;
  }

  has(key: number): boolean {
    return this.#positions[this.#slotOf(key)] !== 0;
  }

  /** A key that is there already keeps its place in the order. */
  set(key: number, position: Position): void {
    const slot = this.#slotOf(key);
    const isNew = this.#positions[slot] === 0;
    this.#keys[slot] = key;
    this.#positions[slot] = position;
    if (!isNew) return;
    this.#ring[(this.#ringStart + this.#size) & (this.#ring.length - 1)] = key;
    this.#size += 1;
    if (this.#size * 2 > this.#keys.length) this.#resize(this.#keys.length * 2);
  }

  /** Removes the keys that came first, up to the first one whose position is not below this one. */
  removeBefore(position: Position): void {
    while (this.#size > 0) {
      const slot = this.#slotOf(this.#ring[this.#ringStart]!);
      if (this.#positions[slot]! >= position) break;
      this.#free(slot);
      this.#ringStart = (this.#ringStart + 1) & (this.#ring.length - 1);
      this.#size -= 1;
    }
    const slots = this.#keys.length;
    if (slots > MIN_SLOTS && this.#size * 16 < slots) this.#resize(Math.max(slots / 8, MIN_SLOTS));
  }

  /** The slot that holds the key, or the free one where it would be put. */
  #slotOf(key: number): number {
    const mask = this.#keys.length - 1;
    let slot = homeOf(key) & mask;
    while (this.#positions[slot] !== 0 && this.#keys[slot] !== key) slot = (slot + 1) & mask;
    return slot;
  }

  /** Moves those behind it up, so that no search ends too early at the gap (Knuth, TAOCP 6.4, algorithm R). */
  #free(slot: number): void {
    const mask = this.#keys.length - 1;
    let gap = slot;
    for (let next = (gap + 1) & mask; this.#positions[next] !== 0; next = (next + 1) & mask) {
      const home = homeOf(this.#keys[next]!) & mask;
      if (((next - home) & mask) < ((next - gap) & mask)) continue;
      this.#keys[gap] = this.#keys[next]!;
      this.#positions[gap] = this.#positions[next]!;
      gap = next;
    }
    this.#positions[gap] = 0;
  }

  #resize(slots: number): void {
    const keys = new Float64Array(this.#size);
    for (let i = 0; i < keys.length; i++) keys[i] = this.#ring[(this.#ringStart + i) & (this.#ring.length - 1)]!;
    const positions = keys.map((key) => this.#positions[this.#slotOf(key)]!);
    this.#keys = new Float64Array(slots);
    this.#positions = new Float64Array(slots);
    this.#ring = new Float64Array(slots);
    this.#ringStart = 0;
    this.#size = 0;
    for (let i = 0; i < keys.length; i++) this.set(keys[i]!, positions[i]!);
  }
}

function homeOf(key: number): number {
  return (key / 2_097_152) >>> 0;
}
