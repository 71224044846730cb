import { type BigIntStats, lstatSync, readdirSync } from 'node:fs';
import { type ByteName, toFileSystem } from './byte-name.js';
import type { FileKind, FileStat } from './file-change.js';

/** The tree as it is. Paths are absolute. Both functions are synchronous: a look takes microseconds, a promise more. */
export interface TreeReader {
  /** What lies there, links not followed; null where nothing does. Throws what is neither (EACCES, EIO). */
  look(path: ByteName): FileStat | null;
  /** Names in a directory, in no order; null where there is none. Throws EACCES, EIO, EMFILE. */
  list(path: ByteName): readonly ByteName[] | null;
  /** Whether no entry has come to this directory or gone from it since it was made; false where that cannot be known. */
  isAsMade(path: ByteName): boolean;
}

const S_IFMT = 0o170000;
const KINDS: ReadonlyMap<number, FileKind> = new Map([
  [0o100000, 'file'],
  [0o040000, 'directory'],
  [0o120000, 'link'],
]);

export const fileSystemReader: TreeReader = {
  look(path) {
    try {
      const stats = lstatSync(toFileSystem(path), { bigint: true, throwIfNoEntry: false });
      return stats === undefined ? null : toFileStat(stats);
    } catch (error) {
      if (isAbsent(error)) return null;
      throw error;
    }
  },
  list(path) {
    try {
      return readdirSync(toFileSystem(path), { encoding: 'latin1' });
    } catch (error) {
      if (isAbsent(error)) return null;
      throw error;
    }
  },
  isAsMade(path) {
    const stats = lstatSync(toFileSystem(path), { bigint: true, throwIfNoEntry: false });
    return stats !== undefined && stats.birthtimeNs === stats.mtimeNs;
  },
};

export function errorCode(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code;
}

/** Nothing there: also where a directory of the path is none any more, or became a circle of links. */
function isAbsent(error: unknown): boolean {
  const code = errorCode(error);
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP';
}

function toFileStat(stats: BigIntStats): FileStat {
  const mode = Number(stats.mode);
  return {
    kind: KINDS.get(mode & S_IFMT) ?? 'other',
    device: stats.dev,
    inode: stats.ino,
    sizeBytes: Number(stats.size),
    modifiedNs: stats.mtimeNs,
    changedNs: stats.ctimeNs,
    mode: mode & 0o7777,
    userId: Number(stats.uid),
    groupId: Number(stats.gid),
    linkCount: Number(stats.nlink),
  };
}
