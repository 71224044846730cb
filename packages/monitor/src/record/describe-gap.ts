import type { Gap, GapReason } from '../watch/file-change.js';
import { eventIdOf } from './event-id.js';
import { type FileMonitorEvent, UNKNOWN_PROCESS } from './file-monitor-event.js';

const reasons: Record<GapReason, string> = {
  'queue-overflow': 'the kernel dropped notices, since they came faster than they were read',
  'watch-limit': 'the kernel allows no more watches (fs.inotify.max_user_watches)',
  'new-directory': 'files were in a new directory before it could be watched',
  unreadable: 'there is no right to read it',
  'root-gone': 'the watched path is not there',
  unmounted: 'the file system was unmounted',
  inconsistent: 'the tree was not what the notices said',
  'not-running': 'the monitor was stopped',
};

/** What could not be seen, for people and for the log. Times are RFC 3339. */
export interface ReportedGap {
  readonly id: string;
  readonly why: GapReason;
  /** Absolute: something at it or below may have changed unseen. */
  readonly path: string;
  readonly from: string;
  /** Null: it is still so. */
  readonly to: string | null;
  /** A sentence. */
  readonly message: string;
}

/** @param path the gap's scope, absolute */
export function reportGap(gap: Gap, path: string): ReportedGap {
  const from = new Date(gap.fromMs).toISOString();
  const to = gap.toMs === null ? null : new Date(gap.toMs).toISOString();
  const when = to === null ? `Since ${from}` : `From ${from} to ${to}`;
  const message = `${when}, changes below ${path} may have gone unseen: ${reasons[gap.why]}.`;
  return { id: eventIdOf(gap.id, to === null ? 'open' : 'closed'), why: gap.why, path, from, to, message };
}

/**
 * A gap as a line of the file-monitor schema, which has no type for it: metadata of the path, about which all that is known
 * is that something may have changed. `metadata.gap` tells it from a change.
 */
export function gapAsEvent({ id, why, path, from, to, message }: ReportedGap): FileMonitorEvent {
  return {
    id,
    timestamp_utc: to ?? from,
    event_type: { type: 'modified', modification_type: 'metadata' },
    file_path: path,
    user_id: null,
    process_name: UNKNOWN_PROCESS,
    checksum: null,
    file_size: null,
    metadata: { gap: { why, from, to }, message },
  };
}
