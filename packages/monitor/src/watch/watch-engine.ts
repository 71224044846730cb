import type { FileState } from '../state/file-state.js';
import type { StateWrite, TreeState } from '../state/tree-state.js';
import { scanBaseline } from './baseline-scan.js';
import { BurstCheck } from './burst-check.js';
import { type ByteName, joined } from './byte-name.js';
import type { Comparison, ComparisonParts } from './comparison.js';
import { type Directory, type InodeKey, inodeKey } from './directories.js';
import { DirectoryWatcher } from './directory-watcher.js';
import { Explanations } from './explanations.js';
import type { Found, GapReason } from './file-change.js';
import { type HeldMove, HeldMoves } from './held-moves.js';
import { LookAgain } from './look-again.js';
import type { Settler } from './mark-table.js';
import { NoticeLog } from './notice-log.js';
import { NoticeReading } from './notice-reading.js';
import { OtherNames } from './other-names.js';
import type { RecordMaker } from './record-maker.js';
import { RootCheck } from './root-check.js';
import { ToldTime } from './told-time.js';
import { newTouch, Touches } from './touches.js';
import { TreeComparer } from './tree-comparer.js';
import { type Place, TreeEditor } from './tree-editor.js';
import { TreeModel } from './tree-model.js';
import type { TreeReader } from './tree-reader.js';
import { TreeWalk } from './tree-walk.js';
import type { Notice, WatchKernel } from './watch-kernel.js';

export interface WatchEngineParts {
  /** Absolute, without a slash at its end. */
  readonly root: ByteName;
  readonly kernel: WatchKernel;
  readonly reader: TreeReader;
  readonly state: TreeState;
  readonly records: RecordMaker;
  readonly ignored: (path: ByteName, isDirectory: boolean) => boolean;
  readonly nowMs: () => number;
  /** Lets others have the thread, now and then; undefined where it is not time yet. */
  readonly pause: () => Promise<void> | undefined;
}

/** A look after a burst takes a part of the time, at most. */
const CHECK_PAUSE_FACTOR = 10;

/** Makes records of notices, a batch at a time, and compares the tree where notices do not tell all. */
export class WatchEngine {
  readonly #parts: WatchEngineParts;
  readonly model: TreeModel;
  readonly watcher: DirectoryWatcher;
  readonly #touches = new Touches();
  readonly #held = new HeldMoves();
  readonly #told: ToldTime;
  readonly #root: RootCheck;
  readonly #explanations: Explanations;
  readonly #otherNames: OtherNames;
  readonly #log: NoticeLog;
  readonly #reading: NoticeReading;
  readonly #lookAgain: LookAgain;
  readonly #burst: BurstCheck;
  readonly #comparer: TreeComparer;
  #overflowed = false;
  #inconsistent = false;
  #nextCheckMs = 0;

  constructor(parts: WatchEngineParts) {
    this.#parts = parts;
    const { root, kernel, reader, records, nowMs, state } = parts;
    const [touches, held] = [this.#touches, this.#held];
    this.model = new TreeModel(state);
    const model = this.model;
    const editor = this.#editor();
    const movedOut = (move: HeldMove) => this.#log.movedOut(move);
    this.#told = new ToldTime({ records, nowMs, untilMs: state.head.toldUntilMs });
    this.#root = new RootCheck({ root, reader, editor, records, nowMs });
    this.#explanations = new Explanations({
      ...{ kernel, model, touches, held, nowMs, movedOut },
      areNamesMissing: () => this.#otherNames.areMissing,
    });
    this.#otherNames = new OtherNames({ editor, touches, nowMs });
    const comparing = this.#comparing(editor);
    this.#log = new NoticeLog({ ...comparing, touches, ignored: parts.ignored });
    const looking = { model, reader, absolute: (path: ByteName) => this.#absolute(path) };
    const caughtUpMs = () => this.#told.untilMs;
    this.watcher = new DirectoryWatcher({ ...looking, kernel, records, caughtUpMs });
    this.#lookAgain = this.#lookingAgain(editor);
    const sliced = { ...looking, ignored: parts.ignored, pause: parts.pause };
    const differs = (place: Place, known: FileState | undefined) =>
      this.#explanations.await({ place, known, touch: newTouch(), isElsewhere: false, isCheck: true });
    this.#burst = new BurstCheck({ ...sliced, differs: (...of) => this.#doubted(of[0], () => differs(...of)) });
    this.#reading = this.#noticeReading();
    const missing = (directory: Directory) => this.#reading.missing(directory);
    const walk = new TreeWalk({ ...sliced, watcher: this.watcher, missing });
    this.#comparer = new TreeComparer({ ...looking, walk, comparing, told: this.#told });
  }

  /** Something has to be looked at from time to time, as no notice will tell of it. */
  get needsPolling(): boolean {
    const isAnywhereUnseen = this.#root.presence.isGone || this.watcher.unwatched.size > 0;
    return this.#burst.isDoubtful || isAnywhereUnseen || this.#otherNames.areMissing;
  }

  /** Somebody waits for all to be told, and the mark for it is not set. */
  get hasNewSettlers(): boolean {
    return this.#explanations.hasNewSettlers;
  }

  settled(waitsFor: Settler['waitsFor']): Promise<void> {
    return this.#explanations.settled(waitsFor);
  }

  /** The first look at all that is there, for the state alone. */
  async baseline(): Promise<void> {
    this.#root.adopt();
    const { root, state, reader, ignored, pause } = this.#parts;
    await scanBaseline({ root, state, model: this.model, reader, watcher: this.watcher, ignored, pause });
    this.#comparer.addCompared(this.model.directories.all());
    this.#endBatch();
  }

  /** What is there now against what was there when the monitor last ran, and the gap in between. */
  async compareWithLastRun(): Promise<void> {
    const beganMs = this.#parts.nowMs();
    await this.compareWithState('at-start');
    // Until a directory had its watch, nothing was seen of it.
    this.#told.gap('', 'not-running');
    this.#told.untilMs = beganMs;
    this.#endBatch();
  }

  /** What is there now against what is known; against nothing, for a first report of all. */
  async compareWithState(found: Found, isFirst = false): Promise<void> {
    this.#root.adopt();
    const eachDirectory = (comparison: Comparison) => {
      if (!isFirst) return;
      // Nothing can have been renamed, so there is no need to keep all of it until the end.
      comparison.finish();
      this.#parts.records.flush();
    };
    await this.#comparer.compare([this.model.root], found, { eachDirectory });
    this.#endBatch();
  }

  /** Compares these directories and all below them. Differences found. */
  async compareAll(from: readonly Directory[], found: Found): Promise<number> {
    const differences = await this.#comparer.compare(from, found);
    this.#endBatch();
    return differences;
  }

  /**
   * Everything that these notices tell, as records.
   *
   * @param completeUntilMs what happened before has been told after it, but for what waits for more notices
   */
  async batch(notices: readonly Notice[], completeUntilMs = this.#told.untilMs): Promise<void> {
    this.#log.beginBatch();
    for (const notice of notices) this.#reading.read(notice);
    if (this.#root.isSuspect) await this.#checkRoot();
    if (this.#root.presence.isGone) return this.#endBatch();
    const comparison = this.#comparer.begin();
    const added = this.#lookAgain.all(comparison);
    if (this.#root.isSuspect) await this.#checkRoot();
    await this.#comparer.enter(added, comparison);
    this.#otherNames.find(this.#explanations.hasSettlers);
    await this.#comparer.enter(this.#lookAgain.all(comparison), comparison);
    await this.#comparer.finish(comparison);
    for (const directory of this.#comparer.compared) this.#burst.doubt(directory);
    this.#told.tellInconsistent(this.model.directories);
    if (this.#overflowed) await this.#rescanAll('queue-overflow');
    else if (this.#inconsistent) {
      this.noticesLost();
      await this.#rescanAll('inconsistent');
    } else this.#told.untilMs = completeUntilMs;
    if (!this.#explanations.areAwaited && !this.#comparer.hasCompared) await this.#checkBurst();
    this.#endBatch();
  }

  /** The kernel dropped notices, or more came than can be kept: no directory can be trusted until all is compared. */
  noticesLost(): void {
    this.#overflowed = true;
    for (const directory of this.model.directories.all()) directory.trusted = false;
    this.#explanations.forgetMarks();
  }

  /** Looks where no notice tells. */
  async poll(): Promise<void> {
    const { presence } = this.#root;
    if (presence.isGone) {
      if (!presence.isBack()) return;
      await this.compareWithState('rescan');
      this.#parts.records.closeGaps(({ why }) => why === 'root-gone' || why === 'unmounted');
      return;
    }
    if (this.#otherNames.areMissing) await this.batch([]);
    await this.#comparer.compare([...this.watcher.unwatched.keys()], 'rescan', { recursive: false });
    this.watcher.closeGaps();
    this.#endBatch();
  }

  #editor(): TreeEditor {
    const { records, kernel } = this.#parts;
    return new TreeEditor(this.model, records, (watch) => kernel.remove(watch), {
      from: (place) => this.#tellMovedOut(this.#held.takeFrom(place)),
      below: (directory) => {
        for (const move of this.#held.takeBelow(directory)) this.#tellMovedOut(move);
      },
      otherNames: (stat) => this.#otherNames.touch(this.model.root, '', inodeKey(stat), false),
    });
  }

  #tellMovedOut(move: HeldMove | undefined): void {
    if (move !== undefined) this.#log.movedOut(move);
  }

  #comparing(editor: TreeEditor): ComparisonParts {
    const { reader, records, nowMs } = this.#parts;
    return {
      editor,
      held: this.#held,
      look: (place) => reader.look(this.#absolute(editor.pathOf(place))),
      quietly: (write: StateWrite) => records.quietly(write),
      inconsistent: () => {
        this.#inconsistent = true;
      },
      touchOtherNames: ({ directory, name }: Place, inode: InodeKey, written: boolean) =>
        this.#otherNames.touch(directory, name, inode, written),
      nowMs,
    };
  }

  #lookingAgain(editor: TreeEditor): LookAgain {
    const { reader, ignored } = this.#parts;
    return new LookAgain({
      editor,
      touches: this.#touches,
      reader,
      absolute: (path) => this.#absolute(path),
      ignored,
      unexplained: (one) => this.#doubted(one.place, () => this.#explanations.await(one)),
      touchOtherNames: ({ directory, name }, inode, written) => this.#otherNames.touch(directory, name, inode, written),
      inconsistentIn: (directory) => this.#told.inconsistentIn(directory),
      rootMissing: () => {
        this.#root.isSuspect = true;
      },
      unreadable: (directory) => this.watcher.couldNot(directory, 'unreadable'),
    });
  }

  #noticeReading(): NoticeReading {
    return new NoticeReading({
      model: this.model,
      touches: this.#touches,
      log: this.#log,
      burst: this.#burst,
      root: this.#root,
      told: this.#told,
      lost: () => this.noticesLost(),
      markArrived: (watch) => this.#explanations.markArrived(watch),
    });
  }

  /** What is not explained may have been found out wrongly, so the burst is looked at again. */
  #doubted({ directory }: Place, then: () => void): void {
    then();
    this.#burst.doubt(directory);
  }

  /** Whatever notices do not explain once they are all read is told of, with a gap. */
  async #checkBurst(): Promise<void> {
    const { kernel, nowMs } = this.#parts;
    if (!this.#burst.isDoubtful || !kernel.tellsAll) {
      this.#burst.forget();
      return;
    }
    // Who waits for it does not wait longer.
    if (nowMs() < this.#nextCheckMs && !this.#explanations.hasSettlers) return;
    const began = nowMs();
    await this.#burst.look();
    this.#nextCheckMs = nowMs() + (nowMs() - began) * CHECK_PAUSE_FACTOR;
  }

  async #rescanAll(why: GapReason): Promise<void> {
    this.#overflowed = false;
    this.#inconsistent = false;
    const beganMs = this.#parts.nowMs();
    await this.compareAll([this.model.root], 'rescan');
    for (const move of this.#held.takeOlderThan(Number.POSITIVE_INFINITY)) this.#log.movedOut(move);
    this.#told.gap('', why);
    this.#told.untilMs = beganMs;
  }

  async #checkRoot(): Promise<void> {
    const { records, kernel } = this.#parts;
    const { directories, root } = this.model;
    if (this.#root.isThere()) {
      if (root.watch === -1) await this.compareAll([root], 'rescan');
      return;
    }
    const { presence } = this.#root;
    records.openGap('', presence.wasUnmounted ? 'unmounted' : 'root-gone', this.#told.untilMs);
    presence.isGone = true;
    for (const directory of directories.all()) {
      if (directory.watch !== -1) kernel.remove(directory.watch);
      directories.setWatch(directory, -1);
      directory.trusted = false;
    }
    this.#touches.takeAll();
    this.#explanations.forget();
    await this.poll();
  }

  /** Hands over what was found, and sets a mark where something waits for more. */
  #endBatch(): void {
    const { records, state } = this.#parts;
    records.flush();
    if (this.#explanations.isAllTold) state.head.toldUntilMs = this.#told.untilMs;
    const { directories } = this.model;
    const compared = this.#comparer.takeCompared();
    this.#explanations.setMark(compared.filter((one) => one.watch !== -1 && one.read && directories.isKnown(one)));
    this.#told.tellGaps();
  }

  #absolute(path: ByteName): ByteName {
    return path === '' ? this.#parts.root : joined(this.#parts.root, path);
  }
}
