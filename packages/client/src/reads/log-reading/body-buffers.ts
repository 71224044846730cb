/** Capacities are multiples of this, so that a body of about the same size fits in the room of another. */
const STEP_BYTES = 64 * 1024;
/** What waits to be used again; beyond that, memory is given back. */
const MAX_FREE_BYTES = 32 * 1024 * 1024;

/**
 * Memory for bodies that is used again, of who gives it back. With fresh memory for each, a reader of a whole log would
 * spend a good part of its time in garbage collection.
 */
export class BodyBuffers {
  readonly #lent = new WeakSet<ArrayBufferLike>();
  #free: ArrayBufferLike[] = [];
  #freeBytes = 0;

  /** So many bytes of undefined content. */
  take(bytes: number): Buffer {
    const place = this.#free.findIndex(({ byteLength }) => byteLength >= bytes);
    const [memory = allocate(bytes)] = place < 0 ? [] : this.#free.splice(place, 1);
    if (place >= 0) this.#freeBytes -= memory.byteLength;
    this.#lent.add(memory);
    return Buffer.from(memory, 0, bytes);
  }

  /** Gives back what was taken, or a part of it; anything else is left alone. Its content is lost from then on. */
  give(bytes: Uint8Array): void {
    const memory = bytes.buffer;
    if (!this.#lent.delete(memory) || this.#freeBytes + memory.byteLength > MAX_FREE_BYTES) return;
    this.#free.push(memory);
    this.#freeBytes += memory.byteLength;
  }
}

function allocate(bytes: number): ArrayBufferLike {
  return Buffer.allocUnsafeSlow(Math.ceil(bytes / STEP_BYTES) * STEP_BYTES).buffer;
}
