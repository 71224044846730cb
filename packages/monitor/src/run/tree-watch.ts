import type { FileIdentity } from '../content/read-stable-file.js';
import type { IgnoreRules } from '../rules/ignore-rules.js';
import type { Change, WatchRecord } from '../watch/file-change.js';
import type { PlaceNow } from '../watch/watch-tree.js';

/** What the monitor needs of a watch on one tree. */
export interface TreeWatch extends AsyncIterable<WatchRecord> {
  /** Resolves when changes are seen from now on, and what changed while nobody watched is on its way. */
  readonly ready: Promise<void>;
  /** Before the record is acknowledged. */
  noteChecksum(change: Change, checksum: Uint8Array): void;
  /** Where what a record speaks of is by now, relative to the root; undefined where its directory is gone. */
  placeOf(change: Change): PlaceNow | undefined;
  noteBaselineChecksum(path: string, checksum: Uint8Array, readAs: FileIdentity): void;
  checksumOf(path: string): Uint8Array | null;
  /** All records up to and with this one are where they cannot be lost. */
  acknowledge(sequence: number): void;
  /** What happened before the call is known: `placeOf` says so. Not while too many records wait. */
  caughtUp(): Promise<void>;
  settled(): Promise<void>;
  /** No more is seen; what was seen can still be read, noted and acknowledged. */
  end(): Promise<void>;
  close(): Promise<void>;
}

export type OpenTreeWatch = (
  root: string,
  options: {
    readonly stateFolder: string;
    readonly baseline: 'quiet' | 'report';
    readonly ignored: IgnoreRules;
    readonly settleMs: number;
  },
) => Promise<TreeWatch>;
