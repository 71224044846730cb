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

  constructor(parts: ToldTimeParts) {
    this.#parts = parts;
    this.untilMs = parts.untilMs;
  }

  /** From then to now, changes there may have gone unseen. */
  gap(scope: ByteName, why: GapReason): void {
    const { records, nowMs } = this.#parts;
    records.gap(scope, why, this.untilMs, nowMs());
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
