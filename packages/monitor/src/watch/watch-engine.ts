import type { FileState } from '../state/file-state.js';
import type { StateWrite, TreeState } from '../state/tree-state.js';
import { scanBaseline } from './baseline-scan.js';
import { BurstCheck } from './burst-check.js';
import { type ByteName, fromText, joined } from './byte-name.js';
import { Comparison, type ComparisonParts } from './comparison.js';
import { type Directory, type InodeKey, inodeKey } from './directories.js';
import { DirectoryWatcher } from './directory-watcher.js';
import type { FileStat, Found, GapReason } from './file-change.js';
import { type HeldMove, HeldMoves } from './held-moves.js';
import { LookAgain, type NewDirectory, type Unexplained } from './look-again.js';
import { MarkTable, type Settler } from './mark-table.js';
import { NoticeLog } from './notice-log.js';
import type { RecordMaker } from './record-maker.js';
import { RootPresence } from './root-presence.js';
import { aspectsOf, sameContent, sameInode } from './stat-difference.js';
import { newTouch, Touches } from './touches.js';
import { type Place, TreeEditor } from './tree-editor.js';
import { TreeModel } from './tree-model.js';
import type { TreeReader } from './tree-reader.js';
import { TreeWalk } from './tree-walk.js';
import { flag, type Notice, SOMEWHERE, type WatchKernel } from './watch-kernel.js';

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

/** How long the second half of a rename may stay away after the first: the kernel does not tell both at one stroke. */
const HALF_RENAME_MS = 20;

/** More than these at once are told as one, of the whole tree. */
const MAX_GAPS = 100;
const NAME_FLAGS = flag.create | flag.delete | flag.movedFrom | flag.movedTo;

/** Makes records of notices, a batch at a time, and compares the tree where notices do not tell all. */
export class WatchEngine {
  readonly #parts: WatchEngineParts;
  readonly model: TreeModel;
  readonly #editor: TreeEditor;
  readonly watcher: DirectoryWatcher;
  readonly #touches = new Touches();
  readonly #held = new HeldMoves();
  readonly #marks: MarkTable;
  readonly #log: NoticeLog;
  readonly #lookAgain: LookAgain;
  readonly #comparing: ComparisonParts;
  readonly #walk: TreeWalk;
  readonly #presence: RootPresence;
  readonly #burst: BurstCheck;
  readonly #compared = new Set<Directory>();
  readonly #inconsistentIn = new Set<Directory>();
  #unexplained: Unexplained[] = [];
  #settlers: Settler[] = [];
  #overflowed = false;
  #inconsistent = false;
  #rootSuspect = false;
  #caughtUpMs: number;
  #nextSearchMs = 0;
  #nextCheckMs = 0;

  constructor(parts: WatchEngineParts) {
    this.#parts = parts;
    const { kernel, reader, records, ignored, nowMs, pause } = parts;
    this.#marks = new MarkTable(kernel.tellsAll);
    const touches = this.#touches;
    const held = this.#held;
    const absolute = (path: ByteName) => this.#absolute(path);
    this.model = new TreeModel(parts.state);
    this.#editor = new TreeEditor(this.model, records, (watch) => kernel.remove(watch), {
      from: (place) => this.#tellMovedOut(this.#held.takeFrom(place)),
      below: (directory) => {
        for (const move of this.#held.takeBelow(directory)) this.#tellMovedOut(move);
      },
      otherNames: (stat) => this.#touchOtherNames(this.model.root, '', inodeKey(stat), false),
    });
    const editor = this.#editor;
    this.watcher = new DirectoryWatcher({ kernel, model: this.model, reader, records, absolute });
    const quietly = (write: StateWrite) => records.quietly(write);
    const inconsistent = () => {
      this.#inconsistent = true;
    };
    this.#log = new NoticeLog({ editor, touches, held, ignored, nowMs, quietly, inconsistent });
    const touchOtherNames = (place: Place, inode: InodeKey, written: boolean) =>
      this.#touchOtherNames(place.directory, place.name, inode, written);
    const look = (place: Place) => reader.look(absolute(editor.pathOf(place)));
    this.#comparing = { editor, held, look, quietly, inconsistent, touchOtherNames, nowMs };
    const unexplained = (one: Unexplained) => {
      this.#unexplained.push(one);
      this.#burst.doubt(one.place.directory);
    };
    const rootMissing = () => {
      this.#rootSuspect = true;
    };
    const unreadable = (directory: Directory) => this.watcher.couldNot(directory, 'unreadable');
    this.#lookAgain = new LookAgain({
      editor,
      touches,
      reader,
      absolute,
      ignored,
      unexplained,
      touchOtherNames,
      inconsistentIn: (directory) => void this.#inconsistentIn.add(directory),
      rootMissing,
      unreadable,
    });
    const differs = (place: Place, known: FileState | undefined) =>
      unexplained({ place, known, touch: newTouch(), isElsewhere: false, isCheck: true });
    this.#burst = new BurstCheck({ model: this.model, reader, absolute, ignored, pause, differs });
    const missing = (directory: Directory) => this.#missing(directory);
    this.#walk = new TreeWalk({ model: this.model, reader, watcher: this.watcher, absolute, ignored, pause, missing });
    this.#presence = new RootPresence(parts.root, reader);
    this.#caughtUpMs = nowMs();
  }

  /** Something is not done yet, and notices will come of themselves that go on with it. */
  get isUnsettled(): boolean {
    return !this.#marks.isEmpty || this.#unexplained.length > 0 || this.#held.count > 0 || !this.#touches.isEmpty;
  }

  /** Something has to be looked at from time to time, as no notice will tell of it. */
  get needsPolling(): boolean {
    return (
      this.#burst.isDoubtful ||
      this.#presence.isGone ||
      this.watcher.unwatched.size > 0 ||
      this.#editor.links.wanted.size > 0
    );
  }

  /** Somebody waits for all to be told, and the mark for it is not set. */
  get hasNewSettlers(): boolean {
    return this.#settlers.some(({ caughtUp }) => !caughtUp) || (this.#settlers.length > 0 && this.#marks.isEmpty);
  }

  settled(): Promise<void> {
    return new Promise((resolve) => this.#settlers.push({ caughtUp: false, resolve }));
  }

  /** The first look at all that is there, for the state alone. */
  async baseline(): Promise<void> {
    this.#adoptRoot();
    const { root, state, reader, ignored, pause } = this.#parts;
    await scanBaseline({ root, state, model: this.model, reader, watcher: this.watcher, ignored, pause });
    for (const directory of this.model.directories.all()) this.#compared.add(directory);
    this.#endBatch();
  }

  /** What is there now against what was there when the monitor last ran; against nothing, for a first report of all. */
  async compareWithState(found: Found, isFirst = false): Promise<void> {
    this.#adoptRoot();
    const { records } = this.#parts;
    await this.compareAll([this.model.root], found, (comparison) => {
      if (!isFirst) return;
      // Nothing can have been renamed, so there is no need to keep all of it until the end.
      comparison.finish();
      records.flush();
    });
  }

  /** Compares these directories and all below them. Differences found. */
  async compareAll(
    from: readonly Directory[],
    found: Found,
    eachDirectory?: (comparison: Comparison) => void,
  ): Promise<number> {
    const comparison = new Comparison(this.#comparing);
    const compared = await this.#walk.compare(from, comparison, { found }, { eachDirectory });
    await this.#finish(comparison, compared, found);
    this.#endBatch();
    return comparison.differences;
  }

  /** Everything that these notices tell, as records. */
  async batch(notices: readonly Notice[]): Promise<void> {
    const beganMs = this.#parts.nowMs();
    this.#log.beginBatch();
    for (const notice of notices) this.#dispatch(notice);
    if (this.#rootSuspect) await this.#checkRoot();
    if (this.#presence.isGone) return this.#endBatch();
    const comparison = new Comparison(this.#comparing);
    const added = this.#lookAgain.all(comparison);
    if (this.#rootSuspect) await this.#checkRoot();
    await this.#enter(added, comparison, beganMs);
    this.#findOtherNames();
    await this.#enter(this.#lookAgain.all(comparison), comparison, beganMs);
    await this.#finish(comparison, await this.#walk.compare([], comparison, { found: 'rescan' }), 'rescan');
    for (const directory of this.#compared) this.#burst.doubt(directory);
    this.#tellInconsistent();
    if (this.#overflowed) await this.#rescanAll('queue-overflow');
    else if (this.#inconsistent) {
      this.noticesLost();
      await this.#rescanAll('inconsistent');
    } else this.#caughtUpMs = beganMs;
    if (!this.isUnsettled && this.#compared.size === 0) await this.#checkBurst();
    this.#endBatch();
  }

  /** The kernel dropped notices, or more came than can be kept: no directory can be trusted until all is compared. */
  noticesLost(): void {
    this.#overflowed = true;
    for (const directory of this.model.directories.all()) directory.trusted = false;
    this.#unexplained = [];
    for (const mark of this.#marks.takeAll()) this.#settlers.push(...mark.settlers);
  }

  /** Looks where no notice tells. */
  async poll(): Promise<void> {
    if (this.#presence.isGone) {
      if (!this.#presence.isBack()) return;
      await this.compareWithState('rescan');
      this.#parts.records.closeGaps(({ why }) => why === 'root-gone' || why === 'unmounted');
      return;
    }
    if (this.#editor.links.wanted.size > 0) await this.batch([]);
    const comparison = new Comparison(this.#comparing);
    const unwatched = [...this.watcher.unwatched.keys()];
    const compared = await this.#walk.compare(unwatched, comparison, { found: 'rescan' }, { recursive: false });
    await this.#finish(comparison, compared, 'rescan');
    this.watcher.closeGaps();
    this.#endBatch();
  }

  #dispatch(notice: Notice): void {
    const { directories } = this.model;
    if ((notice.flags & flag.overflow) !== 0) {
      this.noticesLost();
      return;
    }
    if (notice.watch === SOMEWHERE) {
      this.#lookAt(notice.name);
      return;
    }
    const directory = directories.byWatch(notice.watch);
    if (directory === undefined) {
      if ((notice.flags & flag.ignored) !== 0) this.#arrived(notice.watch);
      return;
    }
    if ((notice.flags & (flag.deleteSelf | flag.moveSelf | flag.unmount)) !== 0)
      this.#selfGone(directory, notice.flags);
    else if ((notice.flags & flag.ignored) !== 0) this.#unwatched(directory);
    else if (notice.name !== '') this.#tell(directory, notice);
    else if (directory.parent === null) this.#rootSuspect = true;
  }

  #tell(directory: Directory, notice: Notice): void {
    const isMovedDirectory = (notice.flags & flag.movedTo) !== 0 && (notice.flags & flag.isDirectory) !== 0;
    if (isMovedDirectory || !directory.trusted) this.#burst.doubt(directory);
    else if ((notice.flags & NAME_FLAGS) !== 0) this.#burst.stir(directory);
    this.#log.apply(directory, notice);
  }

  /** Whatever notices do not explain once they are all read is told of, with a gap. */
  async #checkBurst(): Promise<void> {
    const { kernel, nowMs } = this.#parts;
    if (!this.#burst.isDoubtful || !kernel.tellsAll) {
      this.#burst.forget();
      return;
    }
    // Never more than a tenth of the time, except for who waits for it.
    if (nowMs() < this.#nextCheckMs && this.#settlers.length === 0) return;
    const began = nowMs();
    await this.#burst.look();
    this.#nextCheckMs = nowMs() + (nowMs() - began) * 10;
  }

  /** As one gap where there are many. */
  #tellInconsistent(): void {
    const { directories } = this.model;
    const paths = [...this.#inconsistentIn]
      .filter((one) => directories.isKnown(one))
      .map((one) => directories.pathOf(one));
    const isAnyGone = paths.length < this.#inconsistentIn.size;
    this.#inconsistentIn.clear();
    const scopes = isAnyGone || paths.length > MAX_GAPS ? [''] : paths;
    for (const scope of scopes) this.#parts.records.gap(scope, 'inconsistent', this.#caughtUpMs, this.#parts.nowMs());
  }

  /** At the path, or at the first of its directories that is not known. */
  #lookAt(path: ByteName): void {
    let directory = this.model.root;
    const names = path.split('/');
    for (const [index, name] of names.entries()) {
      const child = this.model.entry(directory, name);
      const below = child === undefined ? undefined : this.model.directories.byNumber(child.directory);
      if (index < names.length - 1 && below !== undefined) {
        directory = below;
        continue;
      }
      if (name === '') this.#rootSuspect = true;
      else this.#touches.at({ directory, name }).check = true;
      return;
    }
  }

  #selfGone(directory: Directory, flags: number): void {
    const isUnmount = (flags & flag.unmount) !== 0;
    if (directory.parent === null) {
      this.#rootSuspect = true;
      this.#presence.wasUnmounted = isUnmount;
    } else if (isUnmount) {
      const now = this.#parts.nowMs();
      this.#parts.records.gap(this.model.directories.pathOf(directory), 'unmounted', this.#caughtUpMs, now);
    }
  }

  /** The kernel ended a watch: the directory was deleted, or is not mounted any more. */
  #unwatched(directory: Directory): void {
    this.model.directories.setWatch(directory, -1);
    directory.trusted = false;
    directory.read = false;
    this.#missing(directory);
  }

  #tellMovedOut(move: HeldMove | undefined): void {
    if (move !== undefined) this.#log.movedOut(move);
  }

  #missing(directory: Directory): void {
    if (directory.parent === null) this.#rootSuspect = true;
    else this.#touches.at({ directory: directory.parent, name: directory.name });
  }

  #arrived(watch: number): void {
    const mark = this.#marks.arrive(watch);
    if (mark === undefined) return;
    for (const settler of mark.settlers) {
      settler.caughtUp = true;
      this.#settlers.push(settler);
    }
    for (const move of this.#held.takeOlderThan(mark.setAtMs - HALF_RENAME_MS)) this.#log.movedOut(move);
    for (const one of mark.unexplained) this.#again(one);
  }

  /** All notices up to the look have been read. If none of them explains it, the tree is right. */
  #again({ place, known, touch, isElsewhere, isCheck = false }: Unexplained): void {
    const { directories } = this.model;
    if (!directories.isKnown(place.directory)) return;
    if (isCheck) {
      const isTold =
        this.#touches.get(place) !== undefined || !sameEntry(known, this.model.entry(place.directory, place.name));
      if (!isTold) Object.assign(this.#touches.at(place), { check: true, untold: true });
      return;
    }
    const again = this.#touches.at(place);
    again.written ||= touch.written;
    again.movedIn ||= touch.movedIn;
    // What was said of it before its directory could be trusted is not known: the directory's being trusted by now does
    // not make it so.
    again.check ||= touch.check;
    const now = this.model.entry(place.directory, place.name);
    const isSame = now?.kind === known?.kind && now?.stat?.inode === known?.stat?.inode;
    again.check ||= isSame && now?.directory === known?.directory && !isElsewhere;
  }

  async #enter(added: readonly NewDirectory[], comparison: Comparison, fromMs: number): Promise<void> {
    const { records, nowMs } = this.#parts;
    for (const { directory, movedIn } of added) {
      const before = comparison.differences;
      const compared = await this.#walk.compare([directory], comparison, { found: 'rescan', movedIn });
      for (const one of compared) this.#compared.add(one);
      const path = this.#absolute(this.model.directories.pathOf(directory));
      // What came and went before the watch was there has left nothing but the directory's own time.
      if (movedIn || (comparison.differences === before && this.#parts.reader.isAsMade(path))) continue;
      records.gap(this.model.directories.pathOf(directory), 'new-directory', fromMs, nowMs());
    }
  }

  async #finish(comparison: Comparison, compared: Set<Directory>, found: Found): Promise<void> {
    for (const one of compared) this.#compared.add(one);
    comparison.finish();
    for (const one of await this.#walk.compare([], comparison, { found })) this.#compared.add(one);
    comparison.finish();
  }

  async #rescanAll(why: GapReason): Promise<void> {
    this.#overflowed = false;
    this.#inconsistent = false;
    const from = this.#caughtUpMs;
    await this.compareAll([this.model.root], 'rescan');
    for (const move of this.#held.takeOlderThan(Number.POSITIVE_INFINITY)) this.#log.movedOut(move);
    this.#caughtUpMs = this.#parts.nowMs();
    this.#parts.records.gap('', why, from, this.#caughtUpMs);
  }

  async #checkRoot(): Promise<void> {
    this.#rootSuspect = false;
    const { records, kernel, reader, root } = this.#parts;
    const stat = reader.look(root);
    const known = this.model.rootEntry();
    if (stat?.kind === 'directory' && known?.stat && sameInode(known.stat, stat)) {
      const isWatched = this.model.root.watch !== -1;
      this.#rootChanged(known.stat, stat);
      if (!isWatched) await this.compareAll([this.model.root], 'rescan');
      return;
    }
    records.openGap('', this.#presence.wasUnmounted ? 'unmounted' : 'root-gone', this.#caughtUpMs);
    this.#presence.isGone = true;
    for (const directory of this.model.directories.all()) {
      if (directory.watch !== -1) kernel.remove(directory.watch);
      this.model.directories.setWatch(directory, -1);
      directory.trusted = false;
    }
    this.#touches.takeAll();
    this.#unexplained = [];
    await this.poll();
  }

  #rootChanged(before: FileStat, stat: FileStat): void {
    const nowNs = BigInt(this.#parts.nowMs()) * 1_000_000n;
    const aspects = aspectsOf(before, stat, { written: false, told: true, renamed: false, nowNs });
    if (aspects.length > 0) this.#editor.rootModified(stat, aspects);
  }

  /** The root as it is now is the root that is meant. */
  #adoptRoot(): void {
    const { reader, root } = this.#parts;
    const stat = reader.look(root);
    if (stat?.kind !== 'directory') throw new RootMissingError(`${root} is no directory`);
    this.#presence.found(stat);
    const { directories } = this.model;
    const known = this.model.rootEntry();
    directories.setInode(this.model.root, inodeKey(stat));
    if (known?.stat && sameInode(known.stat, stat)) {
      this.#rootChanged(known.stat, stat);
      return;
    }
    const entry = { kind: 'directory' as const, stat, directory: this.model.root.number, checksum: null };
    this.#parts.records.quietly(this.model.setRootEntry(entry));
  }

  /** Whatever waits for notices that are still to be read gets a mark in the queue. */
  #endBatch(): void {
    const { kernel, records, nowMs } = this.#parts;
    records.flush();
    const directories = [...this.#compared].filter(
      (one) => one.watch !== -1 && one.read && this.model.directories.isKnown(one),
    );
    this.#compared.clear();
    const isQuiet = !this.isUnsettled && directories.length === 0;
    for (const settler of this.#settlers) if (settler.caughtUp && isQuiet) settler.resolve();
    const settlers = this.#settlers.filter(({ caughtUp }) => !caughtUp);
    this.#settlers = isQuiet ? [] : this.#settlers.filter(({ caughtUp }) => caughtUp);
    const unexplained = this.#unexplained;
    this.#unexplained = [];
    const isWaiting = (this.#held.count > 0 || !this.#touches.isEmpty) && this.#marks.isEmpty;
    if (directories.length + unexplained.length + settlers.length === 0 && !isWaiting) return;
    this.#marks.set(kernel.mark(), { directories, unexplained, settlers, setAtMs: nowMs() });
  }

  /** Which names a file had before it got another is not kept by inode: they are looked for, all at once. */
  #findOtherNames(): void {
    const { nowMs } = this.#parts;
    const wanted = this.#editor.links.wanted;
    if (wanted.size === 0 || nowMs() < this.#nextSearchMs) return;
    const began = nowMs();
    for (const { directory, name, entry } of this.model.entriesOf(wanted)) {
      this.#editor.links.addKnown(directory, name, entry!);
      const its = this.model.directories.byNumber(directory);
      if (its !== undefined) this.#touches.at({ directory: its, name });
    }
    this.#editor.links.searched();
    this.#nextSearchMs = nowMs() + (nowMs() - began) * 20;
  }

  #touchOtherNames(directory: Directory, name: ByteName, inode: InodeKey, written: boolean): void {
    for (const other of this.#editor.links.namesOf(inode)) {
      const its = this.model.directories.byNumber(other.directory);
      if (its === undefined || (its === directory && other.name === name)) continue;
      const touch = this.#touches.at({ directory: its, name: other.name });
      touch.written ||= written;
    }
  }

  #absolute(path: ByteName): ByteName {
    return path === '' ? this.#parts.root : joined(this.#parts.root, path);
  }
}

function sameEntry(one: FileState | undefined, other: FileState | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  if (one.kind !== other.kind || one.directory !== other.directory) return false;
  if (one.stat === null || other.stat === null) return one.stat === other.stat;
  return sameContent(one.stat, other.stat) && one.stat.changedNs === other.stat.changedNs;
}

export class RootMissingError extends Error {
  readonly code = 'ROOT_MISSING';
}

export function rootName(path: string): ByteName {
  return fromText(path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path);
}
