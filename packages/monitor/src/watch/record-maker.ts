import type { Slot, StateWrite } from '../state/tree-state.js';
import { type ByteName, readable } from './byte-name.js';
import { type ChangeDraft, finished, identity, type RunIdentity } from './change-draft.js';
import type { Change, GapReason } from './file-change.js';
import type { RecordQueue } from './record-queue.js';

export interface RecordMakerOptions extends RunIdentity {
  readonly queue: RecordQueue;
  readonly nowMs: () => number;
  /** Of an earlier run. */
  readonly lastSequence: number;
}

interface OpenGap {
  readonly scope: ByteName;
  readonly why: GapReason;
  readonly fromMs: number;
}

/** Ids that are remembered: those of more changes than fall into one tick. */
const LATE_IDS = 16_384;

/** Makes records of what was found, numbers them and puts them into the queue. */
export class RecordMaker {
  readonly #options: RecordMakerOptions;
  readonly #open = new Map<string, OpenGap>();
  readonly #lateIds = new Set<string>();
  #drafts: ChangeDraft[] = [];
  #sequence: number;
  #changes = 0;
  #gaps = 0;

  constructor(options: RecordMakerOptions) {
    this.#options = options;
    this.#sequence = options.lastSequence;
  }

  get counts(): { changes: number; gaps: number; openGaps: number } {
    return { changes: this.#changes, gaps: this.#gaps, openGaps: this.#open.size };
  }

  add(change: ChangeDraft): ChangeDraft {
    this.#drafts.push(change);
    return change;
  }

  /** For the state only; after what was found before. */
  quietly(write: StateWrite): void {
    const last = this.#drafts.at(-1);
    if (last !== undefined && !last.dropped) last.writes.push(write);
    else {
      this.flush();
      this.#options.queue.quietly(write);
    }
  }

  /** Hands over what is complete by now. */
  flush(): void {
    const { queue, nowMs } = this.#options;
    const drafts = this.#drafts;
    this.#drafts = [];
    const seenAtMs = nowMs();
    for (const change of drafts) {
      if (change.dropped) continue;
      this.#changes++;
      const record = this.#distinct(finished(change, this.#options, ++this.#sequence, seenAtMs));
      queue.push({ record, writes: change.writes, slot: slotOf(change) });
    }
  }

  /**
   * Whoever finds a change again after a crash gives it the same id; within a run it is found once. So the same id is
   * another change: a file that came, went and came within one tick of the file system's clock looks the same each time.
   */
  #distinct(record: Change): Change {
    const isRepeat = this.#lateIds.has(record.id);
    const id = isRepeat ? identity([record.id, this.#options.run, record.sequence]) : record.id;
    this.#lateIds.add(id);
    if (this.#lateIds.size > LATE_IDS) this.#lateIds.delete(this.#lateIds.values().next().value!);
    return isRepeat ? { ...record, id } : record;
  }

  gap(scope: ByteName, why: GapReason, fromMs: number, toMs: number | null): void {
    this.flush();
    this.#gaps++;
    const id = identity([this.#options.stateId, 'gap', scope, why, fromMs, toMs]);
    const about = { id, scope: readable(scope).text, why, fromMs, toMs };
    const record = { type: 'gap' as const, sequence: ++this.#sequence, ...about };
    this.#options.queue.push({ record, writes: [], slot: null });
  }

  /** Reports a gap that lasts; once, however often it is opened. */
  openGap(scope: ByteName, why: GapReason, fromMs: number): void {
    const key = `${why} ${scope}`;
    if (this.#open.has(key)) return;
    this.#open.set(key, { scope, why, fromMs });
    this.gap(scope, why, fromMs, null);
  }

  /** Reports the end of the gaps that `ended` names. */
  closeGaps(ended: (gap: OpenGap) => boolean): void {
    for (const [key, gap] of this.#open) {
      if (!ended(gap)) continue;
      this.#open.delete(key);
      this.gap(gap.scope, gap.why, gap.fromMs, this.#options.nowMs());
    }
  }
}

/** Its other writes are of names that it was moved from, or that were looked at after it. */
function slotOf({ entry, writes }: ChangeDraft): Slot | null {
  const own = entry === null ? undefined : writes.find((write) => write.entry === entry);
  return own === undefined ? null : { directory: own.directory, name: own.name };
}
