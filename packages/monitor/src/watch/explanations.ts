import type { FileState } from '../state/file-state.js';
import type { Directory } from './directories.js';
import type { HeldMove, HeldMoves } from './held-moves.js';
import type { Unexplained } from './look-again.js';
import { MarkTable, type Settler } from './mark-table.js';
import { sameContent } from './stat-difference.js';
import type { Touches } from './touches.js';
import type { TreeModel } from './tree-model.js';
import type { WatchKernel } from './watch-kernel.js';

export interface ExplanationsParts {
  readonly kernel: WatchKernel;
  readonly model: TreeModel;
  readonly touches: Touches;
  readonly held: HeldMoves;
  readonly nowMs: () => number;
  /** The second half of a rename did not come. */
  readonly movedOut: (move: HeldMove) => void;
  /** What was written under one name of an inode may not have been looked at under another. */
  readonly areNamesMissing: () => boolean;
}

/** How long the second half of a rename may stay away after the first: the kernel does not tell both at one stroke. */
const HALF_RENAME_MS = 20;

/**
 * Whatever waits for notices that are still to be read, and may explain it, waits for a mark in the kernel's queue: looks
 * that fit no notice, halves of renames, directories that were compared, and who wants to know when all is told.
 */
export class Explanations {
  readonly #parts: ExplanationsParts;
  readonly #marks: MarkTable;
  #unexplained: Unexplained[] = [];
  #settlers: Settler[] = [];

  constructor(parts: ExplanationsParts) {
    this.#parts = parts;
    this.#marks = new MarkTable(parts.kernel.tellsAll);
  }

  /** Something waits for notices that will come of themselves. */
  get areAwaited(): boolean {
    const { held, touches } = this.#parts;
    return !this.#marks.isEmpty || this.#unexplained.length > 0 || held.count > 0 || !touches.isEmpty;
  }

  /** Nothing that was seen waits before it can be told. */
  get isAllTold(): boolean {
    const { held, touches } = this.#parts;
    return this.#unexplained.length === 0 && this.#marks.isExplained && held.count === 0 && touches.isEmpty;
  }

  get hasSettlers(): boolean {
    return this.#settlers.length > 0;
  }

  /** Somebody waits for all to be told, and the mark for it is not set. */
  get hasNewSettlers(): boolean {
    return this.#settlers.some(({ caughtUp }) => !caughtUp) || (this.#settlers.length > 0 && this.#marks.isEmpty);
  }

  /** Resolves when all notices of what happened before the call have been read, or when all that they tell is told. */
  settled(waitsFor: Settler['waitsFor']): Promise<void> {
    return new Promise((resolve) => this.#settlers.push({ waitsFor, caughtUp: false, resolve }));
  }

  await(one: Unexplained): void {
    this.#unexplained.push(one);
  }

  /** Nothing is to be explained any more: all is going to be compared. */
  forget(): void {
    this.#unexplained = [];
  }

  /** The marks may be among the notices that were lost. */
  forgetMarks(): void {
    this.forget();
    for (const mark of this.#marks.takeAll()) this.#settlers.push(...mark.settlers);
  }

  /** All notices from before the mark have been read. Nothing happens where the watch is no mark. */
  markArrived(watch: number): void {
    const { held, movedOut } = this.#parts;
    const mark = this.#marks.arrive(watch);
    if (mark === undefined) return;
    for (const settler of mark.settlers) {
      settler.caughtUp = true;
      if (settler.waitsFor === 'read') settler.resolve();
      else this.#settlers.push(settler);
    }
    for (const move of held.takeOlderThan(mark.setAtMs - HALF_RENAME_MS)) movedOut(move);
    for (const one of mark.unexplained) this.#again(one);
  }

  /** Sets a mark where something waits. @param directories were compared, and can be trusted once it has come */
  setMark(directories: readonly Directory[]): void {
    const { kernel, held, touches, nowMs, areNamesMissing } = this.#parts;
    const isQuiet = !this.areAwaited && directories.length === 0 && !areNamesMissing();
    for (const settler of this.#settlers) if (settler.caughtUp && isQuiet) settler.resolve();
    const settlers = this.#settlers.filter(({ caughtUp }) => !caughtUp);
    this.#settlers = isQuiet ? [] : this.#settlers.filter(({ caughtUp }) => caughtUp);
    const unexplained = this.#unexplained;
    this.#unexplained = [];
    const isWaiting = (held.count > 0 || !touches.isEmpty) && this.#marks.isEmpty;
    if (directories.length + unexplained.length + settlers.length === 0 && !isWaiting) return;
    this.#marks.set(kernel.mark(), { directories, unexplained, settlers, setAtMs: nowMs() });
  }

  /** All notices up to the look have been read. If none of them explains it, the tree is right. */
  #again({ place, known, touch, isElsewhere, isCheck = false }: Unexplained): void {
    const { model, touches } = this.#parts;
    if (!model.directories.isKnown(place.directory)) return;
    const now = model.entry(place.directory, place.name);
    if (isCheck) {
      const isTold = touches.get(place) !== undefined || !sameEntry(known, now);
      if (!isTold) Object.assign(touches.at(place), { check: true, untold: true });
      return;
    }
    const again = touches.at(place);
    again.written ||= touch.written;
    again.movedIn ||= touch.movedIn;
    // What was said of it before its directory could be trusted is not known: the directory's being trusted by now does
    // not make it so.
    again.check ||= touch.check;
    const isSame = now?.kind === known?.kind && now?.stat?.inode === known?.stat?.inode;
    again.check ||= isSame && now?.directory === known?.directory && !isElsewhere;
  }
}

function sameEntry(one: FileState | undefined, other: FileState | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  if (one.kind !== other.kind || one.directory !== other.directory) return false;
  if (one.stat === null || other.stat === null) return one.stat === other.stat;
  return sameContent(one.stat, other.stat) && one.stat.changedNs === other.stat.changedNs;
}
