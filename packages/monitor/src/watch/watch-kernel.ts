import type { ByteName } from './byte-name.js';

/** What happened, as bits: inotify's own numbers (inotify(7)). */
export const flag = {
  modify: 0x2,
  attributes: 0x4,
  closeWrite: 0x8,
  movedFrom: 0x40,
  movedTo: 0x80,
  create: 0x100,
  delete: 0x200,
  deleteSelf: 0x400,
  moveSelf: 0x800,
  unmount: 0x2000,
  overflow: 0x4000,
  ignored: 0x8000,
  isDirectory: 0x4000_0000,
} as const;

/** The `watch` of a notice whose name is a path below the root. */
export const SOMEWHERE = -2;

/** One notice. Notices come in the order in which the kernel saw things happen. */
export interface Notice {
  /** The watch, or -1 for what is about the queue itself. */
  readonly watch: number;
  readonly flags: number;
  /** Joins the two halves of a rename; 0 elsewhere. */
  readonly cookie: number;
  /** In the watched directory; '' is the directory itself. */
  readonly name: ByteName;
}

/**
 * What the kernel does for whoever watches. Watches are of directories, not recursive, and follow the inode wherever it
 * is moved. Errors carry the codes of the system: ENOSPC (no more watches), ENOMEM, EACCES, ENOENT, ENOTDIR, ELOOP.
 */
export interface WatchKernel {
  /** Its notices are all that happened, in order, with the halves of renames; else they only say where to look. */
  readonly tellsAll: boolean;
  /** The watch of the directory at an absolute path; the same for the same directory, whatever its path. */
  add(path: ByteName): number;
  /** No error for a watch that is gone. */
  remove(watch: number): void;
  /**
   * A place in the queue: a notice `ignored` of the returned watch comes after all notices of what happened before this
   * call. It is lost with an overflow.
   */
  mark(): number;
  /**
   * Called with notices as they come, for as long as it is open, and with the time, in milliseconds since 1970, before which
   * nothing happened that is not in them or in those before; undefined where that is not known.
   */
  onNotices(listener: (notices: readonly Notice[], completeUntilMs: number | undefined) => void): void;
  onFailure(listener: (error: Error) => void): void;
  close(): Promise<void>;
}
