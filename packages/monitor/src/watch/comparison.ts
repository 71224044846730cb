import type { FileState } from '../state/file-state.js';
import type { StateWrite } from '../state/tree-state.js';
import type { ChangeDraft } from './change-draft.js';
import { type Directory, type InodeKey, inodeKey } from './directories.js';
import type { FileStat, Found } from './file-change.js';
import type { HeldMoves } from './held-moves.js';
import { aspectsOf, sameContent, sameInode } from './stat-difference.js';
import type { Place, TreeEditor } from './tree-editor.js';

export interface ComparisonParts {
  readonly editor: TreeEditor;
  readonly held: HeldMoves;
  readonly look: (place: Place) => FileStat | null;
  /** For the state, without a record. */
  readonly quietly: (write: StateWrite) => void;
  /** Another name of an inode that changed. */
  readonly touchOtherNames: (place: Place, inode: InodeKey, written: boolean) => void;
  /** Notices and tree cannot be brought together: all has to be compared. */
  readonly inconsistent: () => void;
  readonly nowMs: () => number;
}

export interface Circumstances {
  readonly found: Found;
  readonly written?: boolean;
  readonly movedIn?: boolean;
}

/** A look that did not fit what was known of the place; the last one counts. */
interface Observation extends Circumstances {
  readonly place: Place;
  /** Null: nothing is there. */
  readonly stat: FileStat | null;
}

/**
 * Makes the model what the tree is, name by name, where notices do not tell the story. What vanished here may have
 * appeared there, so files that come and go are put down until all is compared; then the same inode is a rename.
 * Directories are known by their inode at once, as what is below them has to go along.
 */
export class Comparison {
  readonly #parts: ComparisonParts;
  readonly #observed = new Map<string, Observation>();
  /** Directories that were not known under this name before, to be looked into. */
  readonly entered: Directory[] = [];
  /** Differences found so far. */
  differences = 0;

  constructor(parts: ComparisonParts) {
    this.#parts = parts;
  }

  compare(place: Place, known: FileState | undefined, stat: FileStat | null, of: Circumstances): void {
    const key = `${place.directory.number}/${place.name}`;
    this.#observed.delete(key);
    if (known === undefined && stat === null) return;
    if (known?.stat && stat !== null && sameInode(known.stat, stat)) {
      const { directories } = this.#parts.editor.model;
      const directory = directories.byNumber(known.directory);
      if (directory !== undefined && directories.isToBeEntered(directory)) this.entered.push(directory);
      this.again(place, known, known.stat, stat, of);
      return;
    }
    this.differences++;
    if (stat?.kind !== 'directory') return void this.#observed.set(key, { ...of, place, stat });
    if (known?.stat === null && known.kind === 'directory') {
      this.#firstLook(place, known, stat, of);
      return;
    }
    if (known !== undefined) this.#parts.editor.deleted(place, known, of.found);
    this.#appearDirectory(place, stat, of);
  }

  /** The same inode under the same name. */
  again(
    place: Place,
    known: FileState,
    before: FileStat,
    stat: FileStat,
    { found, written = false, renamed }: Circumstances & { readonly renamed?: ChangeDraft | undefined },
  ): void {
    const { editor, nowMs, quietly, touchOtherNames } = this.#parts;
    const nowNs = BigInt(nowMs()) * 1_000_000n;
    const aspects = aspectsOf(before, stat, { written, told: found === 'seen', renamed: renamed !== undefined, nowNs });
    if (aspects.length > 0) {
      this.differences++;
      editor.modified(place, known, stat, aspects, found);
    } else if (renamed?.entry === known) {
      // The rename is told with the look after it.
      editor.links.remove(place.directory.number, place.name, known);
      known.stat = stat;
      editor.links.add(place.directory.number, place.name, known);
    } else if (
      stat.kind !== 'directory' &&
      (before.changedNs !== stat.changedNs || before.linkCount !== stat.linkCount)
    ) {
      editor.links.remove(place.directory.number, place.name, known);
      quietly(editor.put(place, { ...known, stat }));
    } else return;
    if (stat.linkCount > 1 || before.linkCount > 1) touchOtherNames(place, inodeKey(stat), written);
  }

  /** Pairs what appeared with what vanished, and tells: renames, then what is gone, then what is new. */
  finish(): void {
    const { editor } = this.#parts;
    const observed = [...this.#observed.values()].filter(({ place }) =>
      editor.model.directories.isKnown(place.directory),
    );
    this.#observed.clear();
    const vanished = new Map<InodeKey, Place>();
    for (const { place, stat } of observed) {
      const known = editor.model.entry(place.directory, place.name);
      if (stat === null && known?.stat) vanished.set(inodeKey(known.stat), place);
    }
    const left = observed.filter((one) => one.stat === null || !this.#rename(one.place, one.stat, one, vanished));
    for (const { place, stat, found } of left) {
      const known = this.#knownAt(place);
      if (known !== undefined && (stat === null || known.kind === 'directory')) editor.deleted(place, known, found);
    }
    for (const { place, stat, ...of } of left) if (stat !== null) this.#new(place, stat, of);
  }

  #new(place: Place, stat: FileStat, { found, movedIn }: Circumstances): void {
    const { editor, touchOtherNames } = this.#parts;
    if (!editor.model.directories.isKnown(place.directory)) return;
    const known = this.#knownAt(place);
    if (known === undefined) editor.created(place, stat.kind, stat, found, movedIn);
    else editor.modified(place, known, stat, ['content'], found, known.stat !== null);
    if (stat.linkCount > 1) touchOtherNames(place, inodeKey(stat), false);
  }

  #appearDirectory(place: Place, stat: FileStat, { found, movedIn }: Circumstances): void {
    const { editor, held, look } = this.#parts;
    const { directories } = editor.model;
    const known = directories.byInode(inodeKey(stat));
    if (known === undefined) {
      const { entry } = editor.created(place, 'directory', stat, found, movedIn);
      this.entered.push(directories.byNumber(entry!.directory)!);
      return;
    }
    if (directories.isBelow(place.directory, known)) {
      this.#parts.inconsistent();
      return;
    }
    const move = held.takeByInode(inodeKey(stat));
    if (move !== undefined) {
      const renamed = editor.moved(move.from, place, move.entry, found);
      renamed.writes.unshift(move.write);
      renamed.entry!.stat = stat;
      this.entered.push(known);
      return;
    }
    const from = { directory: known.parent!, name: known.name };
    const entry = editor.model.entry(from.directory, from.name);
    const there = look(from);
    const isElsewhereToo = there !== null && inodeKey(there) === inodeKey(stat);
    // The same directory at two paths is mounted twice: it is watched at the first. Below itself it cannot be.
    if (entry === undefined || isElsewhereToo) return;
    const write = editor.take(from, entry);
    const renamed = editor.moved(from, place, entry, found);
    renamed.writes.unshift(write);
    renamed.entry!.stat = stat;
    this.entered.push(known);
  }

  /** A directory that was told of and never seen. */
  #firstLook(place: Place, known: FileState, stat: FileStat, of: Circumstances): void {
    const { editor, quietly } = this.#parts;
    const directory = editor.model.directories.byNumber(known.directory);
    if (directory === undefined || editor.model.directories.byInode(inodeKey(stat)) !== undefined) {
      editor.deleted(place, known, of.found);
      this.#appearDirectory(place, stat, of);
      return;
    }
    editor.model.directories.setInode(directory, inodeKey(stat));
    quietly(editor.put(place, { ...known, stat }));
    this.entered.push(directory);
  }

  #rename(place: Place, stat: FileStat, { found }: Circumstances, vanished: ReadonlyMap<InodeKey, Place>): boolean {
    const { editor, held } = this.#parts;
    const key = inodeKey(stat);
    const source = vanished.get(key);
    const entry = held.byInode(key)?.entry ?? (source === undefined ? undefined : this.#knownAt(source));
    // The number of an inode is given to another file soon after a deletion: its content tells them apart.
    if (!entry?.stat || !sameContent(entry.stat, stat)) return false;
    const replaced = this.#knownAt(place);
    if (replaced?.kind === 'directory') return false;
    const move = held.takeByInode(key);
    const from = move?.from ?? source!;
    if (from.directory === place.directory && from.name === place.name) {
      // It left and came back.
      this.#parts.quietly(editor.put(place, entry));
      this.again(place, entry, entry.stat, stat, { found });
      return true;
    }
    const writes = [move?.write ?? editor.take(from, entry)];
    if (replaced !== undefined) writes.push(editor.take(place, replaced));
    const renamed = editor.moved(from, place, entry, found, replaced !== undefined);
    renamed.writes.unshift(...writes);
    this.again(place, renamed.entry!, entry.stat, stat, { found, renamed });
    return true;
  }

  #knownAt({ directory, name }: Place): FileState | undefined {
    const { model } = this.#parts.editor;
    return model.directories.isKnown(directory) ? model.entry(directory, name) : undefined;
  }
}
