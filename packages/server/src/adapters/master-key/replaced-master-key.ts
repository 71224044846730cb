import { isPortFailure } from '../../ports/failure.js';
import type { MasterKey } from '../../ports/master-key.js';

/**
 * A master key that takes the place of another one, also of another kind: it wraps, and what the earlier one wrapped
 * still unwraps. Once everything is wrapped anew, the earlier one can go.
 */
export class ReplacedMasterKey implements MasterKey {
  readonly #current: MasterKey;
  readonly #earlier: MasterKey;

  constructor(current: MasterKey, earlier: MasterKey) {
    this.#current = current;
    this.#earlier = earlier;
  }

  get id(): string {
    return this.#current.id;
  }

  wrap(key: Uint8Array, context: string): Promise<Uint8Array> {
    return this.#current.wrap(key, context);
  }

  async unwrap(wrapped: Uint8Array, context: string): Promise<Uint8Array> {
    try {
      return await this.#current.unwrap(wrapped, context);
    } catch (error) {
      if (!isPortFailure(error, 'corrupt')) throw error;
      return await this.#earlier.unwrap(wrapped, context);
    }
  }

  async close(): Promise<void> {
    await this.#current.close();
    await this.#earlier.close();
  }
}
