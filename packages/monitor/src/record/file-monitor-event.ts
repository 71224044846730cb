import type { FileChange, FileModification } from '@attestlog/event';

/** A change of a file in the words of the file-monitor dialect: a line of the monitor's output. */
export interface FileMonitorEvent {
  /** A UUID. The same for the same change, however often it is reported. */
  id: string;
  /** RFC 3339 in UTC, with up to nanoseconds. */
  timestamp_utc: string;
  event_type: { type: FileChange; modification_type?: FileModification };
  /** Absolute. */
  file_path: string;
  /** Who: as the session declares it, else the account of the process; null where neither is known. */
  user_id: string | null;
  /** What changed it; `unknown` where that is not known. */
  process_name: string;
  /** SHA-256 of the content as lower-case hexadecimal digits. */
  checksum: string | null;
  /** Bytes. */
  file_size: number | null;
  metadata: Record<string, unknown>;
}

/** `process_name` where nobody tells which process it was: the schema has no null there. */
export const UNKNOWN_PROCESS = 'unknown';
