import type { ByteName } from './byte-name.js';
import type { Directories, Directory } from './directories.js';
import type { GapReason } from './file-change.js';
import type { RecordMaker } from './record-maker.js';

/** More gaps than these at once are told as one, of the whole tree. */
const MAX_GAPS = 100;

export interface ToldTimeParts {
  readonly records: RecordMaker;
  readonly nowMs: () => number;
  /** Of an earlier run, in milliseconds since 1970. */
  readonly untilMs: number;
}

/** Until when everything has been told: gaps begin there. */
export class ToldTime {
  readonly #parts: ToldTimeParts;
  /** What happened before has been told, but for what waits for more notices. Milliseconds since 1970. */
  untilMs: number;
  readonly #inconsistentIn = new Set<Directory>();
  readonly #gaps: { scope: ByteName; why: GapReason; fromMs: number }[] = [];

  constructor(parts: ToldTimeParts) {
    this.#parts = parts;
    this.untilMs = parts.untilMs;
  }

  /** From then until {@link tellGaps}, changes there may have gone unseen. */
  gap(scope: ByteName, why: GapReason): void {
    this.#gaps.push({ scope, why, fromMs: this.untilMs });
  }

  /**
   * To be called when the mark is set from which on directories that were compared are trusted: what comes and goes in
   * them before it, while others are still compared, is seen by nobody.
   */
  tellGaps(): void {
    const { records, nowMs } = this.#parts;
    for (const { scope, why, fromMs } of this.#gaps.splice(0)) records.gap(scope, why, fromMs, nowMs());
  }

  /** The tree is not what the notices of this directory said. */
  inconsistentIn(directory: Directory): void {
    this.#inconsistentIn.add(directory);
  }

  /** Of the directories that were inconsistent; as one gap where there are many. */
  tellInconsistent(directories: Directories): void {
    const known = [...this.#inconsistentIn].filter((one) => directories.isKnown(one));
    const isAnyGone = known.length < this.#inconsistentIn.size;
    this.#inconsistentIn.clear();
    const scopes = isAnyGone || known.length > MAX_GAPS ? [''] : known.map((one) => directories.pathOf(one));
    for (const scope of scopes) this.gap(scope, 'inconsistent');
  }
}
