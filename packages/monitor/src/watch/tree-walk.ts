import type { ByteName } from './byte-name.js';
import type { Circumstances, Comparison } from './comparison.js';
import { type Directory, inodeKey } from './directories.js';
import type { DirectoryWatcher } from './directory-watcher.js';
import type { FileStat } from './file-change.js';
import type { TreeModel } from './tree-model.js';
import { errorCode, type TreeReader } from './tree-reader.js';

export interface TreeWalkParts {
  readonly model: TreeModel;
  readonly reader: TreeReader;
  readonly watcher: DirectoryWatcher;
  readonly absolute: (path: ByteName) => ByteName;
  readonly ignored: (path: ByteName, isDirectory: boolean) => boolean;
  /** Called after each directory; lets others have the thread now and then. */
  readonly pause: () => Promise<void> | undefined;
  /** A directory that is not where it should be. */
  readonly missing: (directory: Directory) => void;
}

export interface TreeWalkOptions {
  /** Else only the directories that are named, and what is new in them. */
  readonly recursive?: boolean;
  readonly eachDirectory?: ((comparison: Comparison) => void) | undefined;
}

/** Compares whole directories with the model, and all below them. The directories that were compared are returned. */
export class TreeWalk {
  readonly #parts: TreeWalkParts;

  constructor(parts: TreeWalkParts) {
    this.#parts = parts;
  }

  async compare(
    from: readonly Directory[],
    comparison: Comparison,
    of: Circumstances,
    { recursive = true, eachDirectory }: TreeWalkOptions = {},
  ): Promise<Set<Directory>> {
    const { model, pause } = this.#parts;
    const compared = new Set<Directory>();
    const waiting = [...comparison.entered.splice(0), ...from];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (compared.has(next) || !model.directories.isKnown(next)) continue;
      const below = this.#compareOne(next, comparison, of);
      // One that was not where it should be may still come up somewhere else.
      if (below !== undefined) compared.add(next);
      if (recursive && below !== undefined) waiting.push(...below);
      // What came up for the first time has to be entered in any case.
      waiting.push(...comparison.entered.splice(0));
      eachDirectory?.(comparison);
      const paused = pause();
      if (paused !== undefined) await paused;
    }
    return compared;
  }

  /** The directories in it; undefined where it could not be read, and is as unknown as before. */
  #compareOne(directory: Directory, comparison: Comparison, of: Circumstances): Directory[] | undefined {
    const { model, reader, watcher, absolute, missing } = this.#parts;
    directory.trusted = false;
    directory.read = false;
    directory.mark = -1;
    const opened = watcher.open(directory);
    const path = absolute(model.directories.pathOf(directory));
    const names = opened.is === 'gone' ? null : this.#list(directory, path);
    if (names === 'unreadable') return undefined;
    const looks = names?.map((name) => [name, this.#look(directory, name)] as const) ?? [];
    const after = names === null ? null : reader.look(path);
    // It was moved away or exchanged while it was read: what was seen may be of another.
    if (names === null || after === null || inodeKey(after) !== directory.inode) {
      missing(directory);
      return undefined;
    }
    directory.read = true;
    return this.#compareNames(directory, looks, comparison, of);
  }

  #compareNames(
    directory: Directory,
    looks: readonly (readonly [ByteName, FileStat | null])[],
    comparison: Comparison,
    of: Circumstances,
  ): Directory[] {
    const { model, ignored } = this.#parts;
    const children = model.children(directory);
    const below: Directory[] = [];
    for (const [name, stat] of looks) {
      const known = children.get(name);
      if (stat !== null && ignored(model.pathOf(directory, name), stat.kind === 'directory')) continue;
      children.delete(name);
      comparison.compare({ directory, name }, known, stat, of);
      if (stat?.kind !== 'directory' || known?.kind !== 'directory') continue;
      const child = model.directories.byNumber(known.directory);
      if (child !== undefined) below.push(child);
    }
    for (const [name, known] of children) comparison.compare({ directory, name }, known, null, of);
    return below;
  }

  #list(directory: Directory, path: ByteName): readonly ByteName[] | 'unreadable' | null {
    try {
      return this.#parts.reader.list(path);
    } catch (error) {
      if (errorCode(error) !== 'EACCES') throw error;
      this.#parts.watcher.couldNot(directory, 'unreadable');
      return 'unreadable';
    }
  }

  #look(directory: Directory, name: ByteName): FileStat | null {
    const { model, reader, absolute } = this.#parts;
    return reader.look(absolute(model.pathOf(directory, name)));
  }
}
