import { type ByteName, joined } from './byte-name.js';

/** Inode and device in one string. */
export type InodeKey = string;

export function inodeKey(stat: { readonly device: bigint; readonly inode: bigint }): InodeKey {
  return `${stat.device}:${stat.inode}`;
}

export function inodeOf(key: InodeKey): bigint {
  return BigInt(key.slice(key.indexOf(':') + 1));
}

/** A directory of the tree, as far as notices have been read. */
export interface Directory {
  readonly number: number;
  parent: Directory | null;
  name: ByteName;
  /** Null until it was looked at. */
  inode: InodeKey | null;
  /** -1: none. */
  watch: number;
  /**
   * Whether the notices of it are the whole story of what happened since it was last compared. Until then they only say
   * where to look.
   */
  trusted: boolean;
  /** Its entries were compared with the model since it has its watch. Else it is still to be looked into. */
  read: boolean;
  /** The mark after which it can be trusted; -1 while none is under way. */
  mark: number;
  path: ByteName;
  pathAge: number;
}

/** All directories that are known, by what one may know of them. */
export class Directories {
  readonly root: Directory;
  readonly #byNumber = new Map<number, Directory>();
  readonly #byWatch = new Map<number, Directory>();
  readonly #byInode = new Map<InodeKey, Directory>();
  /** Grows with each move, so that paths are made anew. */
  #age = 1;

  constructor(rootNumber: number) {
    this.root = this.add(rootNumber, null, '');
  }

  get count(): number {
    return this.#byNumber.size;
  }

  get watchCount(): number {
    return this.#byWatch.size;
  }

  add(number: number, parent: Directory | null, name: ByteName): Directory {
    const fresh = { inode: null, watch: -1, trusted: false, read: false, mark: -1, path: '', pathAge: 0 };
    const directory: Directory = { number, parent, name, ...fresh };
    this.#byNumber.set(number, directory);
    return directory;
  }

  byNumber(number: number): Directory | undefined {
    return this.#byNumber.get(number);
  }

  byWatch(watch: number): Directory | undefined {
    return this.#byWatch.get(watch);
  }

  byInode(inode: InodeKey): Directory | undefined {
    return this.#byInode.get(inode);
  }

  all(): Iterable<Directory> {
    return this.#byNumber.values();
  }

  setWatch(directory: Directory, watch: number): void {
    if (directory.watch !== -1) this.#byWatch.delete(directory.watch);
    directory.watch = watch;
    if (watch !== -1) this.#byWatch.set(watch, directory);
  }

  setInode(directory: Directory, inode: InodeKey | null): void {
    if (directory.inode === inode) return;
    if (directory.inode !== null && this.#byInode.get(directory.inode) === directory) {
      this.#byInode.delete(directory.inode);
    }
    directory.inode = inode;
    if (inode !== null) this.#byInode.set(inode, directory);
  }

  /** Whether what lies in it may not be known, and no notice will tell. */
  isToBeEntered(directory: Directory): boolean {
    return directory.watch === -1 || !directory.read;
  }

  move(directory: Directory, parent: Directory, name: ByteName): void {
    directory.parent = parent;
    directory.name = name;
    this.#age++;
  }

  remove(directory: Directory): void {
    this.setWatch(directory, -1);
    this.setInode(directory, null);
    this.#byNumber.delete(directory.number);
  }

  isKnown(directory: Directory): boolean {
    return this.#byNumber.get(directory.number) === directory;
  }

  /** Relative to the root; '' is the root. */
  pathOf(directory: Directory): ByteName {
    if (directory.parent === null) return '';
    if (directory.pathAge !== this.#age) {
      directory.path = joined(this.pathOf(directory.parent), directory.name);
      directory.pathAge = this.#age;
    }
    return directory.path;
  }

  isBelow(directory: Directory, above: Directory): boolean {
    for (let at: Directory | null = directory; at !== null; at = at.parent) if (at === above) return true;
    return false;
  }
}
