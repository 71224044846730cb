import type { FileState } from '../state/file-state.js';
import type { StateWrite, TreeState } from '../state/tree-state.js';
import { type ByteName, joined } from './byte-name.js';
import { Directories, type Directory, type InodeKey, inodeKey } from './directories.js';

/** The number of the directory above the root, which has the root as its only entry, under the name ''. */
const ABOVE_ROOT = 0;
const ROOT = 1;

/**
 * The tree as the notices that were read say it is: the state, which lags behind as it has only what was acknowledged,
 * and over it what was found since. What lies over it is bounded by the records that wait to be acknowledged.
 */
export class TreeModel {
  readonly directories = new Directories(ROOT);
  readonly #state: TreeState;
  readonly #over = new Map<number, Map<ByteName, StateWrite>>();

  constructor(state: TreeState) {
    this.#state = state;
    this.#loadDirectories();
  }

  get root(): Directory {
    return this.directories.root;
  }

  rootEntry(): FileState | undefined {
    return this.#get(ABOVE_ROOT, '');
  }

  setRootEntry(entry: FileState): StateWrite {
    return this.#set(ABOVE_ROOT, '', entry);
  }

  entry(directory: Directory, name: ByteName): FileState | undefined {
    return this.#get(directory.number, name);
  }

  /** To be attached to a record, with whose acknowledgement it reaches the state. */
  set(directory: Directory, name: ByteName, entry: FileState | null): StateWrite {
    return this.#set(directory.number, name, entry);
  }

  /** A copy, so that entries may be changed while they are gone through. */
  children(directory: Directory): Map<ByteName, FileState> {
    const children = new Map(this.#state.children(directory.number));
    for (const [name, { entry }] of this.#over.get(directory.number) ?? []) {
      if (entry === null) children.delete(name);
      else children.set(name, entry);
    }
    return children;
  }

  pathOf(directory: Directory, name: ByteName): ByteName {
    return name === '' ? this.directories.pathOf(directory) : joined(this.directories.pathOf(directory), name);
  }

  newDirectory(parent: Directory, name: ByteName): Directory {
    return this.directories.add(this.#state.head.nextDirectory++, parent, name);
  }

  /** What has reached the state need not lie over it any more, unless something newer does. */
  written(writes: readonly StateWrite[]): void {
    for (const write of writes) {
      const names = this.#over.get(write.directory);
      if (names?.get(write.name) !== write) continue;
      names.delete(write.name);
      if (names.size === 0) this.#over.delete(write.directory);
    }
  }

  /** The entry at a path below the root. */
  find(
    path: ByteName,
  ): { readonly directory: Directory; readonly name: ByteName; readonly entry: FileState } | undefined {
    const names = path.split('/');
    const name = names.pop()!;
    let directory: Directory | undefined = this.root;
    for (const one of names) {
      if (directory !== undefined) directory = this.directories.byNumber(this.entry(directory, one)?.directory ?? 0);
    }
    const entry = directory === undefined ? undefined : this.entry(directory, name);
    return entry === undefined ? undefined : { directory: directory!, name, entry };
  }

  /** Names that have several, by inode: what is written through one is seen at the others only if one looks. */
  *entriesOfManyNames(): Iterable<StateWrite> {
    for (const write of this.#state.directoriesAndLinks()) if (write.entry?.kind !== 'directory') yield write;
  }

  /** Every file of these inodes. */
  *entriesOf(inodes: ReadonlySet<InodeKey>): Iterable<StateWrite> {
    for (const write of this.#state.all()) {
      const isCovered = this.#over.get(write.directory)?.has(write.name) === true;
      if (!isCovered && isOneOf(write, inodes)) yield write;
    }
    for (const names of this.#over.values())
      for (const write of names.values()) if (isOneOf(write, inodes)) yield write;
  }

  #get(directory: number, name: ByteName): FileState | undefined {
    const over = this.#over.get(directory)?.get(name);
    if (over !== undefined) return over.entry ?? undefined;
    return this.#state.get({ directory, name });
  }

  #set(directory: number, name: ByteName, entry: FileState | null): StateWrite {
    const write: StateWrite = { directory, name, entry };
    const names = this.#over.get(directory) ?? new Map<ByteName, StateWrite>();
    this.#over.set(directory, names.set(name, write));
    return write;
  }

  /** In two goes, as a directory may be kept under a number that is larger than its parent's. */
  #loadDirectories(): void {
    const stored = [...this.#state.directoriesAndLinks()].filter(({ entry }) => entry?.kind === 'directory');
    for (const { directory, name, entry } of stored) {
      if (directory === ABOVE_ROOT) continue;
      const added = this.directories.add(entry!.directory, null, name);
      if (entry!.stat !== null) this.directories.setInode(added, inodeKey(entry!.stat));
    }
    for (const { directory, name, entry } of stored) {
      const parent = this.directories.byNumber(directory);
      if (parent !== undefined) this.directories.move(this.directories.byNumber(entry!.directory)!, parent, name);
    }
  }
}

function isOneOf({ entry }: StateWrite, inodes: ReadonlySet<InodeKey>): boolean {
  return entry?.stat ? entry.kind !== 'directory' && inodes.has(inodeKey(entry.stat)) : false;
}
