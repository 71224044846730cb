import type { FileState } from '../state/file-state.js';
import type { StateWrite } from '../state/tree-state.js';
import type { ByteName } from './byte-name.js';
import type { ChangeDraft } from './change-draft.js';
import type { Directory } from './directories.js';
import type { HeldMove, HeldMoves } from './held-moves.js';
import { SavePatterns } from './save-patterns.js';
import { newTouch, type Touches } from './touches.js';
import type { Place, TreeEditor } from './tree-editor.js';
import { flag, type Notice } from './watch-kernel.js';

export interface NoticeLogParts {
  readonly editor: TreeEditor;
  readonly touches: Touches;
  readonly held: HeldMoves;
  readonly ignored: (path: ByteName, isDirectory: boolean) => boolean;
  readonly nowMs: () => number;
  /** For the state, without a record. */
  readonly quietly: (write: StateWrite) => void;
  /** Notices and tree cannot be brought together: all has to be compared. */
  readonly inconsistent: () => void;
}

/**
 * Applies notices to the model in their order, as a journal is replayed: what comes into being, goes and is renamed is
 * known from them, under the names of that moment. What they cannot tell, how a file looks, is looked up afterwards
 * (`touches`). Of a directory that is not trusted they only say where to look.
 */
export class NoticeLog {
  readonly #parts: NoticeLogParts;
  #patterns = new SavePatterns();

  constructor(parts: NoticeLogParts) {
    this.#parts = parts;
  }

  /** Save patterns are found within a batch. */
  beginBatch(): void {
    this.#patterns = new SavePatterns();
  }

  apply(directory: Directory, notice: Notice): void {
    const { name, flags, cookie } = notice;
    const place = { directory, name };
    const isDirectory = (flags & flag.isDirectory) !== 0;
    if (this.#isIgnored(place, isDirectory)) {
      this.#ignoredMove(notice);
      return;
    }
    const touch = this.#parts.touches.at(place);
    if ((flags & flag.modify) !== 0) touch.written = true;
    if (!directory.trusted) {
      touch.check = true;
      return;
    }
    if ((flags & flag.create) !== 0) this.#create(place, isDirectory, false);
    else if ((flags & flag.movedTo) !== 0) this.#movedTo(place, isDirectory, cookie);
    else if ((flags & flag.movedFrom) !== 0) this.#movedFrom(place, cookie);
    else if ((flags & flag.delete) !== 0) this.#delete(place);
  }

  /** What left and did not arrive has left the tree. */
  movedOut(move: HeldMove): void {
    const { editor } = this.#parts;
    editor.deletedAfterTaking(move.from, move.entry, 'seen').writes.push(move.write);
  }

  #create(place: Place, isDirectory: boolean, movedIn: boolean): void {
    const { editor, touches } = this.#parts;
    const touch = touches.at(place);
    const known = editor.model.entry(place.directory, place.name);
    // Known already: a comparison was ahead of the notices, or missed its going. The look decides.
    if (known !== undefined) {
      touch.check = true;
      return;
    }
    touch.movedIn ||= movedIn;
    const gone = isDirectory ? undefined : this.#patterns.takeDeleted(place);
    const kind = isDirectory ? 'directory' : 'file';
    touch.draft = editor.created(place, kind, null, 'seen', movedIn);
    if (gone === undefined) this.#patterns.created(place, touch.draft);
    else replacement(touch.draft, gone.before, [gone]);
  }

  #delete(place: Place): void {
    const { editor, touches } = this.#parts;
    const entry = editor.model.entry(place.directory, place.name);
    touches.take(place);
    if (entry === undefined) return;
    const saved = this.#patterns.takeBackup(place);
    if (saved === undefined) {
      this.#patterns.deleted(place, editor.deleted(place, entry, 'seen'));
      return;
    }
    replacement(saved.created, saved.renamed.before, [saved.renamed]);
    saved.created.writes.push(editor.take(place, entry));
  }

  #movedFrom(place: Place, cookie: number): void {
    const { editor, touches, held, nowMs } = this.#parts;
    const entry = editor.model.entry(place.directory, place.name);
    const touch = touches.take(place);
    this.#patterns.left(place);
    if (entry === undefined) return;
    const write = editor.take(place, entry);
    held.hold({ cookie, from: place, entry, touch, write, heldAtMs: nowMs() });
  }

  #movedTo(place: Place, isDirectory: boolean, cookie: number): void {
    const { editor, held } = this.#parts;
    const move = held.takeByCookie(cookie);
    if (move === undefined) {
      this.#create(place, isDirectory, true);
      return;
    }
    const target = editor.model.entry(place.directory, place.name);
    if (target?.kind === 'directory') editor.deleted(place, target, 'seen');
    this.#arrive(place, move, target?.kind === 'directory' ? undefined : target);
  }

  #arrive(place: Place, move: HeldMove, target: FileState | undefined): void {
    const { directories } = this.#parts.editor.model;
    const moving = directories.byNumber(move.entry.directory);
    if (moving !== undefined && directories.isBelow(place.directory, moving)) {
      // A comparison was ahead of the notices: by now the place lies in what was once moved there.
      this.#parts.quietly(this.#parts.editor.put(move.from, move.entry));
      this.#parts.inconsistent();
      return;
    }
    const { editor, touches } = this.#parts;
    const touch = move.touch ?? newTouch();
    const created = touch.draft?.type === 'created' && touch.draft.kind !== 'directory' ? touch.draft : undefined;
    const erased = target === undefined ? [] : [editor.take(place, target)];
    const renamed = editor.moved(move.from, place, move.entry, 'seen', target !== undefined);
    renamed.writes.unshift(move.write, ...erased);
    // Written beside it and renamed over it: for whoever looks at the target, it was modified.
    if (target !== undefined && created !== undefined) {
      replacement(renamed, { stat: target.stat, checksum: target.checksum }, [created]);
    }
    this.#patterns.moved(move.from, place, renamed);
    touches.set(place, { ...touch, renamed: true, draft: renamed });
  }

  #isIgnored(place: Place, isDirectory: boolean): boolean {
    return this.#parts.ignored(this.#parts.editor.pathOf(place), isDirectory);
  }

  /** Renamed to a name that is ignored: it is out of what is watched. */
  #ignoredMove({ flags, cookie }: Notice): void {
    if ((flags & flag.movedTo) === 0) return;
    const move = this.#parts.held.takeByCookie(cookie);
    if (move !== undefined) this.movedOut(move);
  }
}

/** Makes a modification of the last of several changes that belong together; the others say nothing any more. */
function replacement(last: ChangeDraft, before: ChangeDraft['before'], parts: readonly ChangeDraft[]): void {
  for (const part of parts) part.dropped = true;
  last.type = 'modified';
  last.aspect = 'content';
  last.replaced = true;
  last.oldPath = null;
  last.before = before;
  last.writes.unshift(...parts.flatMap(({ writes }) => writes));
}
