import type { FileState } from '../state/file-state.js';
import type { StateWrite } from '../state/tree-state.js';
import type { ByteName } from './byte-name.js';
import { type Directory, type InodeKey, inodeKey } from './directories.js';
import type { Touch } from './touches.js';
import type { Place } from './tree-editor.js';

/** The first half of a rename, whose second half has not come. */
export interface HeldMove {
  readonly cookie: number;
  readonly from: Place;
  readonly entry: FileState;
  readonly touch: Touch | undefined;
  /** What takes it from its old place in the state; goes with the record that it becomes. */
  readonly write: StateWrite;
  readonly heldAtMs: number;
}

/** What has left its place and not arrived: it is renamed within the tree, or moved out of it. */
export class HeldMoves {
  readonly #byCookie = new Map<number, HeldMove>();
  readonly #byPlace = new Map<Directory, Map<ByteName, HeldMove>>();
  readonly #byInode = new Map<InodeKey, HeldMove>();

  get count(): number {
    return this.#byCookie.size;
  }

  hold(move: HeldMove): void {
    this.#byCookie.set(move.cookie, move);
    const { directory, name } = move.from;
    const names = this.#byPlace.get(directory) ?? new Map<ByteName, HeldMove>();
    this.#byPlace.set(directory, names.set(name, move));
    if (move.entry.stat !== null) this.#byInode.set(inodeKey(move.entry.stat), move);
  }

  takeByCookie(cookie: number): HeldMove | undefined {
    return this.#taken(this.#byCookie.get(cookie));
  }

  byInode(inode: InodeKey): HeldMove | undefined {
    return this.#byInode.get(inode);
  }

  takeByInode(inode: InodeKey): HeldMove | undefined {
    return this.#taken(this.#byInode.get(inode));
  }

  /** What left this very place: it must be told of before something else takes the place. */
  takeFrom({ directory, name }: Place): HeldMove | undefined {
    return this.#taken(this.#byPlace.get(directory)?.get(name));
  }

  /** What left this directory: it must be told of before the directory goes. */
  takeBelow(directory: Directory): readonly HeldMove[] {
    const moves = [...(this.#byPlace.get(directory)?.values() ?? [])];
    for (const move of moves) this.#taken(move);
    return moves;
  }

  /** What was held before then. */
  *takeOlderThan(heldAtMs: number): Iterable<HeldMove> {
    for (const move of [...this.#byCookie.values()]) {
      // To tell of one may tell of another.
      if (move.heldAtMs <= heldAtMs && this.#byCookie.get(move.cookie) === move) yield this.#taken(move)!;
    }
  }

  #taken(move: HeldMove | undefined): HeldMove | undefined {
    if (move === undefined) return undefined;
    this.#byCookie.delete(move.cookie);
    const { directory, name } = move.from;
    const names = this.#byPlace.get(directory);
    names?.delete(name);
    if (names?.size === 0) this.#byPlace.delete(directory);
    const key = move.entry.stat === null ? undefined : inodeKey(move.entry.stat);
    if (key !== undefined && this.#byInode.get(key) === move) this.#byInode.delete(key);
    return move;
  }
}
