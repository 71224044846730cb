/** How long to wait before asking a busy or vanished server again. */

const FIRST_DELAY_MS = 250;
const MAX_DELAY_MS = 15_000;
/** A server that asks for more patience than this gets it in several waits. */
const MAX_RETRY_AFTER_MS = 60_000;

/**
 * Milliseconds to wait before attempt number `attempt` (the first repetition is 1): what the server asked for, else
 * exponential with jitter, so that many clients do not come back at the same moment.
 * @param random from 0 to 1
 */
export function backoffMs(attempt: number, random: number, retryAfterMs?: number): number {
  if (retryAfterMs !== undefined) return Math.min(retryAfterMs, MAX_RETRY_AFTER_MS);
  const ceiling = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** (attempt - 1));
  return Math.round(ceiling / 2 + (ceiling / 2) * random);
}
