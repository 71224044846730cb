import type { Directory } from './directories.js';
import type { Unexplained } from './look-again.js';

/** What waits for all notices up to a moment to have been read. */
export interface Mark {
  /** Compared before the mark: what is read of them after it is the whole story. */
  readonly directories: readonly Directory[];
  readonly unexplained: readonly Unexplained[];
  readonly settlers: readonly Settler[];
  readonly setAtMs: number;
}

/** Who wants to know when everything up to now has been read, or told. */
export interface Settler {
  readonly waitsFor: 'read' | 'told';
  /** Everything up to its asking has been read. */
  caughtUp: boolean;
  readonly resolve: () => void;
}

/** Marks in the kernel's queue that have not come back. */
export class MarkTable {
  readonly #marks = new Map<number, Mark>();
  readonly #trusts: boolean;

  /** `trusts`: whether notices can be the whole story at all. */
  constructor(trusts: boolean) {
    this.#trusts = trusts;
  }

  get isEmpty(): boolean {
    return this.#marks.size === 0;
  }

  /** Nothing waits for an explanation. */
  get isExplained(): boolean {
    for (const { unexplained } of this.#marks.values()) if (unexplained.length > 0) return false;
    return true;
  }

  set(watch: number, mark: Mark): void {
    for (const directory of mark.directories) directory.mark = watch;
    this.#marks.set(watch, mark);
  }

  arrive(watch: number): Mark | undefined {
    const mark = this.#marks.get(watch);
    if (mark === undefined) return undefined;
    this.#marks.delete(watch);
    for (const directory of mark.directories) {
      if (directory.mark !== watch) continue;
      directory.mark = -1;
      directory.trusted = this.#trusts;
    }
    return mark;
  }

  /** The kernel dropped notices, and any of the marks with them. */
  takeAll(): Mark[] {
    const all = [...this.#marks.values()];
    this.#marks.clear();
    return all;
  }
}
