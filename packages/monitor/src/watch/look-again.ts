import type { FileState } from '../state/file-state.js';
import type { ByteName } from './byte-name.js';
import type { Comparison } from './comparison.js';
import { type Directory, type InodeKey, inodeKey } from './directories.js';
import type { FileStat } from './file-change.js';
import type { Touch, Touches } from './touches.js';
import type { Place, TreeEditor } from './tree-editor.js';
import type { TreeReader } from './tree-reader.js';

/** What a look found and the notices that were read do not explain: others, that are still to be read, must. */
export interface Unexplained {
  readonly place: Place;
  readonly known: FileState | undefined;
  readonly touch: Touch;
  /** The directory itself was not where it should be, so nothing was learnt of the name. */
  readonly isElsewhere: boolean;
  /** No notice led to the look: what none explains is inconsistent. */
  readonly isCheck?: boolean;
}

export interface LookAgainParts {
  readonly editor: TreeEditor;
  readonly touches: Touches;
  readonly reader: TreeReader;
  readonly absolute: (path: ByteName) => ByteName;
  readonly ignored: (path: ByteName, isDirectory: boolean) => boolean;
  readonly unexplained: (one: Unexplained) => void;
  /** What was written since the look at another name of the inode is to be seen there as well. */
  readonly touchOtherNames: (place: Place, inode: InodeKey, written: boolean) => void;
  /** The tree is not what the notices of this directory said. */
  readonly inconsistentIn: (directory: Directory) => void;
  /** The root is not where, or not what it was. */
  readonly rootMissing: () => void;
  /** No right to look into it. */
  readonly unreadable: (directory: Directory) => void;
}

/** A directory that notices told of, to be watched and looked into. */
export interface NewDirectory {
  readonly directory: Directory;
  readonly movedIn: boolean;
}

/**
 * Looks at every name that notices told of, and completes what was said of it. The tree is ahead of the notices: where it
 * does not fit them, the rest of the story is still to come, and the name waits for it.
 */
export class LookAgain {
  readonly #parts: LookAgainParts;

  constructor(parts: LookAgainParts) {
    this.#parts = parts;
  }

  all(comparison: Comparison): NewDirectory[] {
    const { touches, editor } = this.#parts;
    const added: NewDirectory[] = [];
    while (!touches.isEmpty) {
      for (const [directory, names] of touches.takeAll()) {
        if (!editor.model.directories.isKnown(directory)) continue;
        const looks = this.#looks(directory, names);
        if (looks === undefined) this.#isElsewhere(directory, names);
        else for (const [name, touch, stat] of looks) this.#one({ directory, name }, touch, stat, comparison, added);
      }
    }
    return added;
  }

  /** Undefined where the directory is not at its path: it was moved since, or another was put there. */
  #looks(directory: Directory, names: Map<ByteName, Touch>): [ByteName, Touch, FileStat | null][] | undefined {
    const { editor, reader, absolute, unreadable } = this.#parts;
    const { model } = editor;
    try {
      const looks = [...names].map(([name, touch]): [ByteName, Touch, FileStat | null] => {
        return [name, touch, reader.look(absolute(model.pathOf(directory, name)))];
      });
      const itself = reader.look(absolute(model.directories.pathOf(directory)));
      return itself !== null && inodeKey(itself) === directory.inode ? looks : undefined;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EACCES') throw error;
      unreadable(directory);
      return [];
    }
  }

  #isElsewhere(directory: Directory, names: Map<ByteName, Touch>): void {
    const { editor, touches, unexplained, rootMissing } = this.#parts;
    if (directory.parent === null) {
      rootMissing();
      return;
    }
    touches.at({ directory: directory.parent, name: directory.name });
    for (const [name, touch] of names) {
      const place = { directory, name };
      unexplained({ place, known: editor.model.entry(directory, name), touch, isElsewhere: true });
    }
  }

  #one(place: Place, touch: Touch, stat: FileStat | null, comparison: Comparison, added: NewDirectory[]): void {
    const { editor, ignored, unexplained, inconsistentIn } = this.#parts;
    const known = editor.model.entry(place.directory, place.name);
    if (stat !== null && ignored(editor.pathOf(place), stat.kind === 'directory')) return;
    if (touch.check || !place.directory.trusted) {
      const { written, movedIn } = touch;
      const before = comparison.differences;
      comparison.compare(place, known, stat, { found: touch.untold ? 'rescan' : 'seen', written, movedIn });
      if (touch.untold && comparison.differences > before) inconsistentIn(place.directory);
      return;
    }
    // It is gone already, or will be told of.
    if (known === undefined) return;
    const fits =
      stat !== null && (known.stat === null ? isAlike(known, stat) : inodeKey(known.stat) === inodeKey(stat));
    if (!fits || !this.#take(place, known, touch, stat, comparison, added)) {
      unexplained({ place, known, touch, isElsewhere: false });
    }
  }

  /** False where it cannot be what was told of. */
  #take(
    place: Place,
    known: FileState,
    touch: Touch,
    stat: FileStat,
    comparison: Comparison,
    added: NewDirectory[],
  ): boolean {
    const { editor } = this.#parts;
    const { written, renamed, movedIn } = touch;
    const { directories } = editor.model;
    const directory = directories.byNumber(known.directory);
    // It was not where it should have been when it was to be looked into.
    if (known.stat !== null && directory !== undefined && directories.isToBeEntered(directory))
      added.push({ directory, movedIn });
    if (known.stat === null && directory !== undefined) {
      // The notices of its being moved there are still to be read.
      if (directories.byInode(inodeKey(stat)) !== undefined) return false;
      directories.setInode(directory, inodeKey(stat));
      added.push({ directory, movedIn });
    }
    if (known.stat === null && directory === undefined && stat.linkCount > 1) {
      this.#parts.touchOtherNames(place, inodeKey(stat), written);
    }
    const of = { found: 'seen' as const, written, renamed: renamed ? touch.draft : undefined };
    if (known.stat !== null) comparison.again(place, known, known.stat, stat, of);
    else if (touch.draft !== undefined) this.#complete(place, known, touch, stat);
    else editor.modified(place, known, stat, known.kind === 'directory' ? ['permissions'] : ['content'], 'seen');
    return true;
  }

  /** What was told of in this batch gets the look that it lacks: its record and its place in the state alike. */
  #complete(place: Place, known: FileState, touch: Touch, stat: FileStat): void {
    known.stat = stat;
    known.kind = stat.kind;
    touch.draft!.kind = stat.kind;
    this.#parts.editor.links.add(place.directory.number, place.name, known);
  }
}

function isAlike(known: FileState, stat: FileStat): boolean {
  return (known.kind === 'directory') === (stat.kind === 'directory');
}
