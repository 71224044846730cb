/** What lies at a path. Sockets, pipes and devices are `other`: their coming and going is seen, their content is not. */
export type FileKind = 'file' | 'directory' | 'link' | 'other';

/** What `lstat` said of a path: never of what a symbolic link points to. */
export interface FileStat {
  readonly kind: FileKind;
  readonly device: bigint;
  readonly inode: bigint;
  readonly sizeBytes: number;
  readonly modifiedNs: bigint;
  /** Of the inode: content, owner, permissions, name or count of links (`st_ctime`). */
  readonly changedNs: bigint;
  /** Permission bits with setuid, setgid and sticky; the type of the file is `kind`. */
  readonly mode: number;
  readonly userId: number;
  readonly groupId: number;
  /** Names of this inode; more than 1 is a hard link. */
  readonly linkCount: number;
}

/** What the state knew of a path before the change. */
export interface KnownFile {
  readonly stat: FileStat | null;
  /** SHA-256 as it was noted by `noteChecksum` for exactly this content; null when none was, or the content changed. */
  readonly checksum: Uint8Array | null;
}

/**
 * How a change was found. `seen`: the kernel told. `rescan`: by comparing a part of the tree with the state, because
 * something could not be seen (a gap record covers it). `at-start`: it happened while the monitor was stopped.
 */
export type Found = 'seen' | 'rescan' | 'at-start';

interface Observed {
  /** Grows by one with each record of a state, over all runs; what `acknowledge` takes. */
  readonly sequence: number;
  /** The same for the same change, however often it is found again: a repeat after a crash has the id of the first. */
  readonly id: string;
  readonly kind: FileKind;
  /** Relative to the root, `/` between names; '' is the root itself. */
  readonly path: string;
  /** The bytes of `path`, where they are not UTF-8 and `path` therefore has replacement characters. */
  readonly pathBytes?: Uint8Array;
  readonly found: Found;
  /** When it was noticed, in milliseconds since 1970; the change itself lies shortly before it. */
  readonly seenAtMs: number;
  /**
   * What `lstat` said after the change. Null for what is deleted, and for what was gone before it could be looked at
   * (created and deleted within a moment). The file may have changed again since: whoever reads content compares.
   */
  readonly stat: FileStat | null;
  readonly before: KnownFile | null;
}

export interface Created extends Observed {
  readonly type: 'created';
  /** It came from outside of the tree under another name, so it is not new: a directory comes with all below it. */
  readonly movedIn?: true;
}

export interface Modified extends Observed {
  readonly type: 'modified';
  /** Content: size, modification time or a write. Permissions: mode or owner. Metadata: times and attributes only. */
  readonly aspect: 'content' | 'metadata' | 'permissions';
  /** Another inode took the place: how editors save (a file written beside it and renamed over it). */
  readonly replaced?: true;
}

export interface Deleted extends Observed {
  readonly type: 'deleted';
  /** It was moved out of the tree, so it may still exist. */
  readonly movedOut?: true;
}

/** A directory that is renamed takes everything below it along: these have no records of their own. */
export interface Renamed extends Observed {
  readonly type: 'renamed';
  readonly oldPath: string;
  readonly oldPathBytes?: Uint8Array;
  /** A file was at `path` before, and is gone. */
  readonly replaced?: true;
}

export type Change = Created | Modified | Deleted | Renamed;

/**
 * Why a part could not be seen.
 * - `queue-overflow`: the kernel dropped notices. - `watch-limit`: no more watches (fs.inotify.max_user_watches).
 * - `new-directory`: files were in a new directory before it was watched. - `unreadable`: no right to read it.
 * - `root-gone`, `unmounted`: it is not there. - `inconsistent`: the tree is not what the notices said.
 * - `not-running`: the monitor was stopped.
 */
export type GapReason =
  | 'queue-overflow'
  | 'watch-limit'
  | 'new-directory'
  | 'unreadable'
  | 'root-gone'
  | 'unmounted'
  | 'inconsistent'
  | 'not-running';

/**
 * Changes below `scope` between the two times were not seen one by one: what is left of them is found by comparing, and
 * what came and went in between is unknown. A gap that lasts is reported as it opens (`toMs` null) and as it ends.
 */
export interface Gap {
  readonly type: 'gap';
  readonly sequence: number;
  readonly id: string;
  /** Relative to the root; '' is all of it. */
  readonly scope: string;
  readonly why: GapReason;
  readonly fromMs: number;
  readonly toMs: number | null;
}

export type WatchRecord = Change | Gap;
