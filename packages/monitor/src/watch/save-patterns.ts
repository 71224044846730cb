import type { ChangeDraft } from './change-draft.js';
import type { Place } from './tree-editor.js';

/**
 * How programs save a file without ever leaving half of it: what they do within one batch is one modification of it.
 * - Deleted and created anew (`git checkout`).
 * - Renamed to a backup, written anew, the backup deleted (vim).
 * A file that is written beside and renamed over needs no memory: the notice log sees it at the rename.
 * A backup that stays is a rename and a creation, as which it is told: the old content is there under another name.
 */
export class SavePatterns {
  readonly #deleted = new Map<string, ChangeDraft>();
  readonly #created = new Map<string, ChangeDraft>();
  /** By the place of the backup. */
  readonly #backupOf = new Map<string, string>();
  readonly #backups = new Map<string, { readonly origin: string; readonly renamed: ChangeDraft }>();

  deleted(place: Place, change: ChangeDraft): void {
    const key = keyOf(place);
    this.#otherwise(key);
    if (change.kind !== 'directory' && change.before?.stat) this.#deleted.set(key, change);
  }

  created(place: Place, change: ChangeDraft): void {
    if (change.kind !== 'directory') this.#created.set(keyOf(place), change);
  }

  /** It may never arrive anywhere, and something else come to its place. */
  left(place: Place): void {
    this.#otherwise(keyOf(place));
  }

  moved(from: Place, to: Place, renamed: ChangeDraft): void {
    this.#deleted.delete(keyOf(to));
    this.#otherwise(keyOf(from));
    this.#otherwise(keyOf(to));
    const isBackup = renamed.kind !== 'directory' && renamed.before?.stat && !renamed.replaced;
    if (!isBackup) return;
    this.#backups.set(keyOf(to), { origin: keyOf(from), renamed });
    this.#backupOf.set(keyOf(from), keyOf(to));
  }

  /** Something else happened at a place: what lay there is neither a backup nor has one any more. */
  #otherwise(key: string): void {
    this.#created.delete(key);
    this.#backups.delete(key);
    const backup = this.#backupOf.get(key);
    if (backup !== undefined) this.#backups.delete(backup);
    this.#backupOf.delete(key);
  }

  /** The file that was deleted at this place in this batch. */
  takeDeleted(place: Place): ChangeDraft | undefined {
    const key = keyOf(place);
    const change = this.#deleted.get(key);
    this.#deleted.delete(key);
    return change;
  }

  /** What lies at this place is a backup, and the file that it is of was written anew: both changes. */
  takeBackup(place: Place): { renamed: ChangeDraft; created: ChangeDraft } | undefined {
    const backup = this.#backups.get(keyOf(place));
    const created = backup === undefined ? undefined : this.#created.get(backup.origin);
    if (backup === undefined || created === undefined) return undefined;
    this.#backups.delete(keyOf(place));
    this.#created.delete(backup.origin);
    return { renamed: backup.renamed, created };
  }
}

function keyOf({ directory, name }: Place): string {
  return `${directory.number}/${name}`;
}
