/** No longer than this is a `Retry-After` believed: a wrong clock or proxy must not silence an application for a day. */
const RETRY_AFTER_MAX_MS = 300_000;

/**
 * How long to wait after so many failures in a row (from 1): exponential with full jitter, so that clients that failed
 * together do not come back together, but never below the shortest wait, so that there is no tight loop.
 * After a `Retry-After` the jitter comes on top of it: all clients are told the same.
 *
 * @param random 0 to below 1
 */
export function backoffMs(
  failures: number,
  random: number,
  bounds: { minMs: number; maxMs: number },
  retryAfterMs?: number,
): number {
  const { minMs, maxMs } = bounds;
  const ceilingMs = Math.min(maxMs, minMs * 2 ** Math.min(failures, 30));
  const jitteredMs = minMs + random * Math.max(0, ceilingMs - minMs);
  if (retryAfterMs === undefined) return jitteredMs;
  return Math.max(minMs, Math.min(RETRY_AFTER_MAX_MS, retryAfterMs)) + random * minMs;
}
