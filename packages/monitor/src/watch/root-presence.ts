import { type ByteName, joined } from './byte-name.js';
import type { FileStat } from './file-change.js';
import type { TreeReader } from './tree-reader.js';

/**
 * Whether the root is there. One that was mounted is not there while something else lies at its path: the empty folder
 * beneath is not the tree with all files deleted.
 */
export class RootPresence {
  readonly #root: ByteName;
  readonly #reader: TreeReader;
  isGone = false;
  wasUnmounted = false;
  #wasMounted = false;

  constructor(root: ByteName, reader: TreeReader) {
    this.#root = root;
    this.#reader = reader;
  }

  found(stat: FileStat): void {
    this.isGone = false;
    this.wasUnmounted = false;
    this.#wasMounted ||= this.#isMountPoint(stat);
  }

  isBack(): boolean {
    const stat = this.#reader.look(this.#root);
    if (stat?.kind !== 'directory') return false;
    return !this.#wasMounted || this.#isMountPoint(stat);
  }

  #isMountPoint(stat: FileStat): boolean {
    const parent = this.#reader.look(joined(this.#root, '..'));
    return parent !== null && parent.device !== stat.device;
  }
}
