import type { ByteName } from './byte-name.js';
import type { ChangeDraft } from './change-draft.js';
import type { Directory } from './directories.js';
import type { Place } from './tree-editor.js';

/** What notices said of a name, until it is looked at. */
export interface Touch {
  /** Its content was written to. */
  written: boolean;
  renamed: boolean;
  /** The notices are not the whole story: what the look finds counts, whatever they said. */
  check: boolean;
  /** What this batch has made of it so far: a creation, a rename or a replacement, whose stat the look fills in. */
  draft: ChangeDraft | undefined;
  movedIn: boolean;
  /** No notice told of it, though all were read: the look after a burst found it. */
  untold: boolean;
}

export function newTouch(): Touch {
  return { written: false, renamed: false, check: false, draft: undefined, movedIn: false, untold: false };
}

/** The names to look at again. */
export class Touches {
  #byDirectory = new Map<Directory, Map<ByteName, Touch>>();

  get isEmpty(): boolean {
    return this.#byDirectory.size === 0;
  }

  at({ directory, name }: Place): Touch {
    const names = this.#byDirectory.get(directory) ?? new Map<ByteName, Touch>();
    this.#byDirectory.set(directory, names);
    const touch = names.get(name) ?? newTouch();
    names.set(name, touch);
    return touch;
  }

  get({ directory, name }: Place): Touch | undefined {
    return this.#byDirectory.get(directory)?.get(name);
  }

  set({ directory, name }: Place, touch: Touch): void {
    this.at({ directory, name });
    this.#byDirectory.get(directory)!.set(name, touch);
  }

  take(place: Place): Touch | undefined {
    const names = this.#byDirectory.get(place.directory);
    const touch = names?.get(place.name);
    names?.delete(place.name);
    return touch;
  }

  /** All of them, and none are left. */
  takeAll(): Map<Directory, Map<ByteName, Touch>> {
    const all = this.#byDirectory;
    this.#byDirectory = new Map();
    return all;
  }
}
