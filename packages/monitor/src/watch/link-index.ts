import type { FileState } from '../state/file-state.js';
import type { StateWrite } from '../state/tree-state.js';
import type { ByteName } from './byte-name.js';
import { type InodeKey, inodeKey } from './directories.js';

export interface NumberedSlot {
  readonly directory: number;
  readonly name: ByteName;
}

/** Inodes remembered as having names outside of the tree; beyond that they are searched for again. */
const MAX_OUTSIDE = 100_000;

/**
 * The names of inodes that have several. The kernel tells of a write under the name that it went through, and the others
 * have changed as well.
 */
export class LinkIndex {
  readonly #wanted = new Set<InodeKey>();
  readonly #outside = new Set<InodeKey>();
  readonly #names = new Map<InodeKey, Map<string, NumberedSlot>>();

  constructor(entries: Iterable<StateWrite>) {
    for (const { directory, name, entry } of entries) this.add(directory, name, entry!);
    this.searched();
  }

  add(directory: number, name: ByteName, { stat, kind }: FileState): void {
    if (stat === null || stat.linkCount < 2 || kind === 'directory') return;
    const key = inodeKey(stat);
    const names = this.#addTo(key, directory, name);
    if (names.size < stat.linkCount && !this.#outside.has(key)) this.#wanted.add(key);
    else this.#wanted.delete(key);
  }

  /** As `add`, of an entry whose own count of names is older than the others. */
  addKnown(directory: number, name: ByteName, { stat }: FileState): void {
    if (stat !== null) this.#addTo(inodeKey(stat), directory, name);
  }

  /** Inodes of which the tree may have more names than are known here. */
  get wanted(): ReadonlySet<InodeKey> {
    return this.#wanted;
  }

  /** What was not found among all entries has its other names outside of the tree. */
  searched(): void {
    if (this.#outside.size > MAX_OUTSIDE) this.#outside.clear();
    for (const key of this.#wanted) if ((this.#names.get(key)?.size ?? 0) < 2) this.#outside.add(key);
    this.#wanted.clear();
  }

  remove(directory: number, name: ByteName, { stat }: FileState): void {
    if (stat === null || this.#names.size + this.#outside.size === 0) return;
    const key = inodeKey(stat);
    // The number of an inode is given out again.
    this.#outside.delete(key);
    const names = this.#names.get(key);
    names?.delete(`${directory}/${name}`);
    if (names?.size === 0) this.#names.delete(key);
  }

  #addTo(key: InodeKey, directory: number, name: ByteName): Map<string, NumberedSlot> {
    const names = this.#names.get(key) ?? new Map<string, NumberedSlot>();
    names.set(`${directory}/${name}`, { directory, name });
    this.#names.set(key, names);
    return names;
  }

  /** All names of the inode that are known to share it. */
  namesOf(inode: InodeKey): Iterable<NumberedSlot> {
    return this.#names.get(inode)?.values() ?? [];
  }
}
