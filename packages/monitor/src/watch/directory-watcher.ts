import type { ByteName } from './byte-name.js';
import { type Directory, inodeKey } from './directories.js';
import type { FileStat, GapReason } from './file-change.js';
import type { RecordMaker } from './record-maker.js';
import type { TreeModel } from './tree-model.js';
import { errorCode, type TreeReader } from './tree-reader.js';
import type { WatchKernel } from './watch-kernel.js';

export interface DirectoryWatcherParts {
  readonly kernel: WatchKernel;
  readonly model: TreeModel;
  readonly reader: TreeReader;
  readonly records: RecordMaker;
  readonly absolute: (path: ByteName) => ByteName;
  /** What happened before has been told. */
  readonly caughtUpMs: () => number;
}

/**
 * Whether a directory is there and is the one that is meant. `unwatched`: it is, but no watch could be set.
 */
export type Opened = { readonly is: 'watched' | 'unwatched'; readonly stat: FileStat } | { readonly is: 'gone' };

const GONE: Opened = { is: 'gone' };
const GAPS: Readonly<Record<string, GapReason>> = {
  ENOSPC: 'watch-limit',
  ENOMEM: 'watch-limit',
  EACCES: 'unreadable',
};

/** Sets watches, and keeps account of the directories that could not be watched: these have to be compared now and then. */
export class DirectoryWatcher {
  readonly #parts: DirectoryWatcherParts;
  readonly unwatched = new Map<Directory, GapReason>();

  constructor(parts: DirectoryWatcherParts) {
    this.#parts = parts;
  }

  /** The watch comes first, so that what happens while the directory is read is noticed. */
  open(directory: Directory): Opened {
    const { model, reader, absolute, kernel } = this.#parts;
    const path = absolute(model.directories.pathOf(directory));
    const watch = this.#watch(path);
    if (watch === 'gone') return GONE;
    const stat = reader.look(path);
    const isIt = stat?.kind === 'directory' && (directory.inode === null || directory.inode === inodeKey(stat));
    const taken = typeof watch === 'number' ? model.directories.byWatch(watch) : undefined;
    if (!isIt || (taken !== undefined && taken !== directory)) {
      if (typeof watch === 'number' && taken === undefined) kernel.remove(watch);
      return GONE;
    }
    model.directories.setInode(directory, inodeKey(stat));
    if (typeof watch !== 'number') {
      this.couldNot(directory, watch);
      return { is: 'unwatched', stat };
    }
    model.directories.setWatch(directory, watch);
    this.unwatched.delete(directory);
    return { is: 'watched', stat };
  }

  couldNot(directory: Directory, why: GapReason): void {
    const { model, records, caughtUpMs } = this.#parts;
    const isCovered = directory.parent !== null && this.unwatched.has(directory.parent);
    this.unwatched.set(directory, why);
    if (!isCovered) records.openGap(model.directories.pathOf(directory), why, caughtUpMs());
  }

  /** Ends the gaps that are none any more. */
  closeGaps(): void {
    const { model, records } = this.#parts;
    for (const directory of this.unwatched.keys()) {
      if (!model.directories.isKnown(directory)) this.unwatched.delete(directory);
    }
    const paths = [...this.unwatched.keys()].map((directory) => model.directories.pathOf(directory));
    const isOpen = (scope: ByteName) =>
      paths.some((path) => path === scope || path.startsWith(`${scope}/`) || scope === '');
    records.closeGaps(({ why, scope }) => (why === 'watch-limit' || why === 'unreadable') && !isOpen(scope));
  }

  #watch(path: ByteName): number | GapReason | 'gone' {
    try {
      return this.#parts.kernel.add(path);
    } catch (error) {
      const code = errorCode(error) ?? '';
      if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP') return 'gone';
      const why = GAPS[code];
      if (why === undefined) throw error;
      return why;
    }
  }
}
