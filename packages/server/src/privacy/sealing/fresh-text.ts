/** Gives 16 random bytes, one character each; others each time. */
export type FreshText = () => string;

const FRESH_BYTES = 16;
const POOL_BYTES = 256 * FRESH_BYTES;

/**
 * Random characters out of a pool: asking the system for a few bytes at a time costs ten times as much. Each byte is
 * handed out once.
 *
 * @param fill fills a buffer with random bytes: `crypto.randomFillSync`
 */
export function freshTexts(fill: (pool: Buffer<ArrayBuffer>) => unknown): FreshText {
  const pool = Buffer.alloc(POOL_BYTES);
  let used = POOL_BYTES;
  return () => {
    if (used === POOL_BYTES) {
      fill(pool);
      used = 0;
    }
    used += FRESH_BYTES;
    return pool.toString('latin1', used - FRESH_BYTES, used);
  };
}
