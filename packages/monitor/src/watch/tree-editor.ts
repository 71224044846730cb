import type { FileState } from '../state/file-state.js';
import type { ByteName } from './byte-name.js';
import { type ChangeDraft, draft, knownFile } from './change-draft.js';
import { type Directory, inodeKey } from './directories.js';
import type { FileKind, FileStat, Found, Modified } from './file-change.js';
import { LinkIndex } from './link-index.js';
import type { RecordMaker } from './record-maker.js';
import { sameContent } from './stat-difference.js';
import type { TreeModel } from './tree-model.js';

export interface Place {
  readonly directory: Directory;
  readonly name: ByteName;
}

/** What has to happen before a place changes hands. */
export interface Consequences {
  /** Whatever has left this place and is still to be told of is told. */
  from(place: Place): void;
  /** The same for everything that has left this directory. */
  below(directory: Directory): void;
  /** What was written under a name that goes is seen at the others. */
  otherNames(stat: FileStat): void;
}

/** Changes the model and says so: each change of it is a record that takes it to the state. */
export class TreeEditor {
  readonly model: TreeModel;
  readonly links: LinkIndex;
  readonly #before: Consequences;
  readonly #records: RecordMaker;
  readonly #unwatch: (watch: number) => void;

  constructor(model: TreeModel, records: RecordMaker, unwatch: (watch: number) => void, before: Consequences) {
    this.#before = before;
    this.model = model;
    this.links = new LinkIndex(model.entriesOfManyNames());
    this.#records = records;
    this.#unwatch = unwatch;
  }

  /** A directory gets a number; whoever calls watches it and looks into it. */
  created(place: Place, kind: FileKind, stat: FileStat | null, found: Found, movedIn = false): ChangeDraft {
    this.#before.from(place);
    const entry = this.newEntry(place, kind, stat);
    const write = this.put(place, entry);
    return this.#records.add(
      draft('created', { path: this.pathOf(place), kind, found, entry, movedIn, writes: [write] }),
    );
  }

  newEntry({ directory, name }: Place, kind: FileKind, stat: FileStat | null): FileState {
    if (kind !== 'directory') return { kind, stat, directory: 0, checksum: null };
    const added = this.model.newDirectory(directory, name);
    if (stat !== null) this.model.directories.setInode(added, inodeKey(stat));
    return { kind, stat, directory: added.number, checksum: null };
  }

  /** With everything below it, the deepest first. */
  deleted(place: Place, entry: FileState, found: Found, movedOut = false): ChangeDraft {
    this.#emptied(entry, found, movedOut);
    const write = this.take(place, entry);
    const about = {
      path: this.pathOf(place),
      kind: entry.kind,
      found,
      entry: null,
      before: knownFile(entry),
      movedOut,
    };
    return this.#records.add(draft('deleted', { ...about, writes: [write] }));
  }

  /** The deletion of what was taken out of the model before. */
  deletedAfterTaking(from: Place, entry: FileState, found: Found): ChangeDraft {
    this.#emptied(entry, found, true);
    this.#forget(entry);
    const about = {
      path: this.pathOf(from),
      kind: entry.kind,
      found,
      entry: null,
      before: knownFile(entry),
      movedOut: true,
    };
    return this.#records.add(draft('deleted', about));
  }

  /** `entry` was taken from its old place before. What lay at the new one must be gone from the model. */
  moved(from: Place, place: Place, entry: FileState, found: Found, replaced = false): ChangeDraft {
    const oldPath = this.pathOf(from);
    this.#before.from(place);
    // What was never looked at stays one object, so that the look completes all that was said of it.
    const moved: FileState = entry.stat === null ? entry : { ...entry };
    const directory = this.model.directories.byNumber(entry.directory);
    if (directory !== undefined) this.model.directories.move(directory, place.directory, place.name);
    const write = this.put(place, moved);
    const about = {
      path: this.pathOf(place),
      oldPath,
      kind: entry.kind,
      found,
      entry: moved,
      before: knownFile(entry),
    };
    return this.#records.add(draft('renamed', { ...about, replaced, writes: [write] }));
  }

  /** Another look at the same name; `aspects` says what differs. The last draft, where there is one. */
  modified(
    place: Place,
    before: FileState,
    stat: FileStat,
    aspects: readonly Modified['aspect'][],
    found: Found,
    replaced = false,
  ): ChangeDraft | undefined {
    const keeps = before.stat !== null && sameContent(before.stat, stat) && !aspects.includes('content');
    const entry: FileState = { ...before, kind: stat.kind, stat, checksum: keeps ? before.checksum : null };
    this.links.remove(place.directory.number, place.name, before);
    const write = this.put(place, entry);
    let last: ChangeDraft | undefined;
    for (const aspect of aspects) {
      const about = { path: this.pathOf(place), kind: stat.kind, found, entry, before: knownFile(before) };
      last = this.#records.add(draft('modified', { ...about, aspect, replaced, writes: [write] }));
    }
    return last;
  }

  rootModified(stat: FileStat, aspects: readonly Modified['aspect'][]): void {
    const before = this.model.rootEntry()!;
    const entry: FileState = { ...before, stat };
    const writes = [this.model.setRootEntry(entry)];
    for (const aspect of aspects) {
      const about = { path: '', kind: 'directory' as const, found: 'seen' as const, entry, before: knownFile(before) };
      this.#records.add(draft('modified', { ...about, aspect, writes }));
    }
  }

  put({ directory, name }: Place, entry: FileState) {
    this.links.add(directory.number, name, entry);
    return this.model.set(directory, name, entry);
  }

  /** Out of the model, without a word; a directory keeps its number, its watch and what is below it. */
  take({ directory, name }: Place, entry: FileState) {
    this.links.remove(directory.number, name, entry);
    if (entry.stat !== null) this.#before.otherNames(entry.stat);
    return this.model.set(directory, name, null);
  }

  pathOf({ directory, name }: Place): ByteName {
    return this.model.pathOf(directory, name);
  }

  #emptied(entry: FileState, found: Found, movedOut: boolean): void {
    const directory = this.model.directories.byNumber(entry.directory);
    if (entry.kind !== 'directory' || directory === undefined) return;
    this.#before.below(directory);
    for (const [name, child] of this.model.children(directory)) {
      this.deleted({ directory, name }, child, found, movedOut);
    }
    this.#forget(entry);
  }

  #forget(entry: FileState): void {
    const directory = this.model.directories.byNumber(entry.directory);
    if (entry.kind !== 'directory' || directory === undefined) return;
    if (directory.watch !== -1) this.#unwatch(directory.watch);
    this.model.directories.remove(directory);
  }
}
