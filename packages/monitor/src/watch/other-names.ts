import type { ByteName } from './byte-name.js';
import type { Directory, InodeKey } from './directories.js';
import type { Touches } from './touches.js';
import type { TreeEditor } from './tree-editor.js';

export interface OtherNamesParts {
  readonly editor: TreeEditor;
  readonly touches: Touches;
  readonly nowMs: () => number;
}

/** A search goes through all that is known: it never takes more than a part of the time. */
const PAUSE_FACTOR = 20;

/** Has the other names of an inode looked at, when it changed under one of them (hard links). */
export class OtherNames {
  readonly #parts: OtherNamesParts;
  #nextSearchMs = 0;

  constructor(parts: OtherNamesParts) {
    this.#parts = parts;
  }

  /** Inodes have several names of which not all are known. */
  get areMissing(): boolean {
    return this.#parts.editor.links.wanted.size > 0;
  }

  /**
   * Which names a file had before it got another is not kept by inode: they are looked for, all at once.
   *
   * @param isWaitedFor then it is done now, though the last search was a moment ago
   */
  find(isWaitedFor: boolean): void {
    const { editor, touches, nowMs } = this.#parts;
    const { links, model } = editor;
    if (!this.areMissing || (nowMs() < this.#nextSearchMs && !isWaitedFor)) return;
    const began = nowMs();
    for (const { directory, name, entry } of model.entriesOf(links.wanted)) {
      links.addKnown(directory, name, entry!);
      const its = model.directories.byNumber(directory);
      if (its !== undefined) touches.at({ directory: its, name });
    }
    links.searched();
    this.#nextSearchMs = nowMs() + (nowMs() - began) * PAUSE_FACTOR;
  }

  /** All names of the inode but this one. */
  touch(directory: Directory, name: ByteName, inode: InodeKey, written: boolean): void {
    const { editor, touches } = this.#parts;
    for (const other of editor.links.namesOf(inode)) {
      const its = editor.model.directories.byNumber(other.directory);
      if (its === undefined || (its === directory && other.name === name)) continue;
      const touch = touches.at({ directory: its, name: other.name });
      touch.written ||= written;
    }
  }
}
