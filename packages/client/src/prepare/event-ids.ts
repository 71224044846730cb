import { uuidv7 } from '@attestlog/event/sdk';

/** Fills an array with random bytes, as `crypto.getRandomValues` does. */
export type FillRandom = (bytes: Uint8Array<ArrayBuffer>) => unknown;

const ID_RANDOM_BYTES = 10;
const POOL_IDS = 2048;

/**
 * Makes ids (UUID version 7) of the time of the call. Random bytes are fetched for many ids at once: one call of the
 * system's generator costs more than the rest of an id, and as it is rarely called, up to 50 µs. So it is far rarer than one
 * call in a hundred.
 */
export function eventIds(fillRandom: FillRandom): (unixMs: number) => string {
  const pool = new Uint8Array(ID_RANDOM_BYTES * POOL_IDS);
  let used = pool.length;
  return (unixMs) => {
    if (used === pool.length) {
      fillRandom(pool);
      used = 0;
    }
    used += ID_RANDOM_BYTES;
    return uuidv7(unixMs, pool.subarray(used - ID_RANDOM_BYTES, used));
  };
}
