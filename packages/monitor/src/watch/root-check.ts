import type { ByteName } from './byte-name.js';
import { inodeKey } from './directories.js';
import type { FileStat } from './file-change.js';
import type { RecordMaker } from './record-maker.js';
import { RootPresence } from './root-presence.js';
import { aspectsOf, sameInode } from './stat-difference.js';
import type { TreeEditor } from './tree-editor.js';
import type { TreeReader } from './tree-reader.js';

export interface RootCheckParts {
  /** Absolute. */
  readonly root: ByteName;
  readonly reader: TreeReader;
  readonly editor: TreeEditor;
  readonly records: RecordMaker;
  readonly nowMs: () => number;
}

export class RootMissingError extends Error {
  readonly code = 'ROOT_MISSING';
}

/** Whether the root is there, is the one that is meant, and how it looks. */
export class RootCheck {
  readonly #parts: RootCheckParts;
  readonly presence: RootPresence;
  /** A notice said that something happened to it. */
  isSuspect = false;

  constructor(parts: RootCheckParts) {
    this.#parts = parts;
    this.presence = new RootPresence(parts.root, parts.reader);
  }

  /** The root as it is now is the root that is meant. @throws ROOT_MISSING */
  adopt(): void {
    const { reader, root, editor, records } = this.#parts;
    const { model } = editor;
    const stat = reader.look(root);
    if (stat?.kind !== 'directory') throw new RootMissingError(`${root} is no directory`);
    this.presence.found(stat);
    const known = model.rootEntry();
    model.directories.setInode(model.root, inodeKey(stat));
    if (known?.stat && sameInode(known.stat, stat)) {
      this.#tellChange(known.stat, stat);
      return;
    }
    const entry = { kind: 'directory' as const, stat, directory: model.root.number, checksum: null };
    records.quietly(model.setRootEntry(entry));
  }

  /** Whether the root that is meant is at its path, and tells how it has changed. */
  isThere(): boolean {
    this.isSuspect = false;
    const stat = this.#parts.reader.look(this.#parts.root);
    const known = this.#parts.editor.model.rootEntry();
    if (stat?.kind !== 'directory' || !known?.stat || !sameInode(known.stat, stat)) return false;
    this.#tellChange(known.stat, stat);
    return true;
  }

  #tellChange(before: FileStat, stat: FileStat): void {
    const nowNs = BigInt(this.#parts.nowMs()) * 1_000_000n;
    const aspects = aspectsOf(before, stat, { written: false, told: true, renamed: false, nowNs });
    if (aspects.length > 0) this.#parts.editor.rootModified(stat, aspects);
  }
}
