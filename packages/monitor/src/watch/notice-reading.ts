import type { BurstCheck } from './burst-check.js';
import type { ByteName } from './byte-name.js';
import type { Directory } from './directories.js';
import type { NoticeLog } from './notice-log.js';
import type { RootCheck } from './root-check.js';
import type { ToldTime } from './told-time.js';
import type { Touches } from './touches.js';
import type { TreeModel } from './tree-model.js';
import { flag, type Notice, SOMEWHERE } from './watch-kernel.js';

export interface NoticeReadingParts {
  readonly model: TreeModel;
  readonly touches: Touches;
  readonly log: NoticeLog;
  readonly burst: BurstCheck;
  readonly root: RootCheck;
  readonly told: ToldTime;
  /** The kernel dropped notices. */
  readonly lost: () => void;
  /** A watch ended that is of no directory: it may be a mark. */
  readonly markArrived: (watch: number) => void;
}

const NAME_FLAGS = flag.create | flag.delete | flag.movedFrom | flag.movedTo;

/** Finds out what each notice is about: a name in a directory, a directory itself, the root, a mark or the queue. */
export class NoticeReading {
  readonly #parts: NoticeReadingParts;

  constructor(parts: NoticeReadingParts) {
    this.#parts = parts;
  }

  read(notice: Notice): void {
    const { model, root, lost, markArrived } = this.#parts;
    const { watch, flags, name } = notice;
    const directory = model.directories.byWatch(watch);
    if ((flags & flag.overflow) !== 0) lost();
    else if (watch === SOMEWHERE) this.#somewhere(name);
    else if (directory === undefined) {
      if ((flags & flag.ignored) !== 0) markArrived(watch);
    } else if ((flags & (flag.deleteSelf | flag.moveSelf | flag.unmount)) !== 0) this.#ofItself(directory, flags);
    else if ((flags & flag.ignored) !== 0) this.#unwatched(directory);
    else if (name !== '') this.#ofName(directory, notice);
    else if (directory.parent === null) root.isSuspect = true;
  }

  /** A directory is not where it should be: the look at its name decides. */
  missing(directory: Directory): void {
    const { root, touches } = this.#parts;
    if (directory.parent === null) root.isSuspect = true;
    else touches.at({ directory: directory.parent, name: directory.name });
  }

  #ofName(directory: Directory, notice: Notice): void {
    const { burst, log } = this.#parts;
    const isMovedDirectory = (notice.flags & flag.movedTo) !== 0 && (notice.flags & flag.isDirectory) !== 0;
    if (isMovedDirectory || !directory.trusted) burst.doubt(directory);
    else if ((notice.flags & NAME_FLAGS) !== 0) burst.stir(directory);
    log.apply(directory, notice);
  }

  #ofItself(directory: Directory, flags: number): void {
    const { model, root, told } = this.#parts;
    const isUnmount = (flags & flag.unmount) !== 0;
    if (directory.parent === null) {
      root.isSuspect = true;
      root.presence.wasUnmounted = isUnmount;
    } else if (isUnmount) told.gap(model.directories.pathOf(directory), 'unmounted');
  }

  /** The kernel ended a watch: the directory was deleted, or is not mounted any more. */
  #unwatched(directory: Directory): void {
    this.#parts.model.directories.setWatch(directory, -1);
    directory.trusted = false;
    directory.read = false;
    this.missing(directory);
  }

  /** At the path, or at the first of its directories that is not known. */
  #somewhere(path: ByteName): void {
    const { model, root, touches } = this.#parts;
    let directory = model.root;
    const names = path.split('/');
    for (const [index, name] of names.entries()) {
      const child = model.entry(directory, name);
      const below = child === undefined ? undefined : model.directories.byNumber(child.directory);
      if (index < names.length - 1 && below !== undefined) {
        directory = below;
        continue;
      }
      if (name === '') root.isSuspect = true;
      else touches.at({ directory, name }).check = true;
      return;
    }
  }
}
