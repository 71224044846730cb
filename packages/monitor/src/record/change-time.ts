import { formatNs } from '@attestlog/event';
import type { Change } from '../watch/file-change.js';

const NS_PER_MS = 1_000_000n;
/** A change that is seen happened just before; an older time is not that of the change. */
const SEEN_MAX_AGE_NS = 60_000n * NS_PER_MS;
const CLOCK_TOLERANCE_NS = 1_000n * NS_PER_MS;

/**
 * When a change happened, in RFC 3339: what the file system says of the inode (`st_ctime`), with its nanoseconds, where that
 * can be; else when it was noticed.
 */
export function changeTime({ stat, before, found, seenAtMs }: Change): string {
  const seenNs = BigInt(Math.trunc(seenAtMs)) * NS_PER_MS;
  // Some file systems do not touch the inode for a new name.
  if (stat !== null && stat.changedNs === before?.stat?.changedNs) return formatNs(seenNs);
  if (stat === null || stat.changedNs < 0n || stat.changedNs > seenNs + CLOCK_TOLERANCE_NS) return formatNs(seenNs);
  if (found === 'seen' && stat.changedNs < seenNs - SEEN_MAX_AGE_NS) return formatNs(seenNs);
  return formatNs(stat.changedNs);
}
