import type { FileState } from '../state/file-state.js';
import type { ByteName } from './byte-name.js';
import { type Directory, inodeKey } from './directories.js';
import type { FileStat } from './file-change.js';
import { sameContent, sameInode } from './stat-difference.js';
import type { Place } from './tree-editor.js';
import type { TreeModel } from './tree-model.js';
import { errorCode, type TreeReader } from './tree-reader.js';

export interface BurstCheckParts {
  readonly model: TreeModel;
  readonly reader: TreeReader;
  readonly absolute: (path: ByteName) => ByteName;
  readonly ignored: (path: ByteName, isDirectory: boolean) => boolean;
  /** Called after each directory; lets others have the thread now and then. */
  readonly pause: () => Promise<void> | undefined;
  /** The tree is not as the model has it. Notices that are still to be read may explain it. */
  readonly differs: (place: Place, known: FileState | undefined) => void;
}

/** Directories remembered of a burst, at most; beyond that all are looked at. */
const MAX_STIRRED = 10_000;

/**
 * The second opinion after a burst in which notices did not tell all: once nothing is left to be read or looked at, every
 * directory that the burst stirred is held against the disk. Bursts that notices told in full are not looked at again.
 */
export class BurstCheck {
  readonly #parts: BurstCheckParts;
  readonly #stirred = new Set<Directory>();
  #isAll = false;
  #isDoubtful = false;

  constructor(parts: BurstCheckParts) {
    this.#parts = parts;
  }

  /** Something in the burst had to be found out by looking, so it may have been found out wrongly. */
  get isDoubtful(): boolean {
    return this.#isDoubtful;
  }

  /** Names came to the directory or went from it. */
  stir(directory: Directory): void {
    if (this.#stirred.size < MAX_STIRRED) this.#stirred.add(directory);
    else this.#isAll = true;
  }

  doubt(directory: Directory): void {
    this.#isDoubtful = true;
    this.stir(directory);
  }

  /** The burst is over. */
  forget(): void {
    this.#stirred.clear();
    this.#isAll = false;
    this.#isDoubtful = false;
  }

  /** Looks at all that was stirred, and forgets it. */
  async look(): Promise<void> {
    const { model, pause } = this.#parts;
    const stirred = [...(this.#isAll ? model.directories.all() : this.#stirred)];
    for (const directory of stirred) {
      // What cannot be watched is compared from time to time anyway.
      if (!model.directories.isKnown(directory) || directory.watch === -1) continue;
      this.#lookAt(directory);
      const paused = pause();
      if (paused !== undefined) await paused;
    }
    // What differs is no doubt anew until it is known to be unexplained.
    this.forget();
  }

  #lookAt(directory: Directory): void {
    const { model, reader, absolute, ignored, differs } = this.#parts;
    const path = absolute(model.directories.pathOf(directory));
    const names = this.#list(path);
    if (names === 'unreadable') return;
    const looks = names.map((name) => [name, reader.look(absolute(model.pathOf(directory, name)))] as const);
    const itself = reader.look(path);
    if (itself === null || inodeKey(itself) !== directory.inode) {
      const { parent, name } = directory;
      if (parent !== null) differs({ directory: parent, name }, model.entry(parent, name));
      return;
    }
    const children = model.children(directory);
    for (const [name, stat] of looks) {
      if (stat !== null && ignored(model.pathOf(directory, name), stat.kind === 'directory')) continue;
      const known = children.get(name);
      children.delete(name);
      if (!isAs(known, stat) && !this.#isMountedTwice(known, stat)) differs({ directory, name }, known);
    }
    for (const [name, known] of children) differs({ directory, name }, known);
  }

  /** A directory that is mounted twice is watched at its first path only. */
  #isMountedTwice(known: FileState | undefined, stat: FileStat | null): boolean {
    const { model, reader, absolute } = this.#parts;
    if (known !== undefined || stat?.kind !== 'directory') return false;
    const first = model.directories.byInode(inodeKey(stat));
    const there = first === undefined ? null : reader.look(absolute(model.directories.pathOf(first)));
    return there !== null && inodeKey(there) === inodeKey(stat);
  }

  #list(path: ByteName): readonly ByteName[] | 'unreadable' {
    try {
      return this.#parts.reader.list(path) ?? [];
    } catch (error) {
      if (errorCode(error) !== 'EACCES') throw error;
      return 'unreadable';
    }
  }
}

/** Also of a name of several: what was written through another one may not have been looked at here. */
function isAs(known: FileState | undefined, stat: FileStat | null): boolean {
  if (known === undefined || stat === null) return known === undefined && stat === null;
  if (known.stat === null || !sameInode(known.stat, stat)) return false;
  return stat.kind !== 'file' || sameContent(known.stat, stat);
}
