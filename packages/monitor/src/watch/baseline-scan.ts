import type { StateWrite, TreeState } from '../state/tree-state.js';
import { type ByteName, joined } from './byte-name.js';
import { type Directory, type InodeKey, inodeKey } from './directories.js';
import type { DirectoryWatcher } from './directory-watcher.js';
import type { TreeModel } from './tree-model.js';
import { errorCode, type TreeReader } from './tree-reader.js';

export interface BaselineScanParts {
  readonly root: ByteName;
  readonly state: TreeState;
  readonly model: TreeModel;
  readonly reader: TreeReader;
  readonly watcher: DirectoryWatcher;
  readonly ignored: (path: ByteName, isDirectory: boolean) => boolean;
  readonly pause: () => Promise<void> | undefined;
}

/** Entries written at once: each commit waits for the disk. */
const WRITES = 20_000;

/**
 * The first look at a tree of which nothing is known: all that is there goes to the state, and nobody is told. What
 * changes meanwhile is noticed by the watches, which are set before a directory is read.
 */
export async function scanBaseline(parts: BaselineScanParts): Promise<void> {
  const { state, model, pause } = parts;
  let writes: StateWrite[] = [];
  const waiting: Directory[] = [model.root];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    scanDirectory(parts, next, writes, waiting);
    if (writes.length >= WRITES) {
      state.writeFast(writes);
      writes = [];
    }
    const paused = pause();
    if (paused !== undefined) await paused;
  }
  state.head.baselined = true;
  state.writeFast(writes);
}

function scanDirectory(
  parts: BaselineScanParts,
  directory: Directory,
  writes: StateWrite[],
  waiting: Directory[],
): void {
  const { root, model, reader, watcher, ignored } = parts;
  const path = model.directories.pathOf(directory);
  const absolute = path === '' ? root : joined(root, path);
  if (watcher.open(directory).is === 'gone') return;
  directory.read = true;
  for (const name of namesIn(parts, directory, absolute)) {
    const stat = reader.look(joined(absolute, name));
    if (stat === null) continue;
    const isDirectory = stat.kind === 'directory';
    if (ignored(joined(path, name), isDirectory)) continue;
    const number = isDirectory ? below(model, directory, name, inodeKey(stat), waiting) : 0;
    writes.push({
      directory: directory.number,
      name,
      entry: { kind: stat.kind, stat, directory: number, checksum: null },
    });
  }
}

/** The number of a directory to be scanned; 0 for one that is mounted twice, which is read at its first path. */
function below(model: TreeModel, parent: Directory, name: ByteName, inode: InodeKey, waiting: Directory[]): number {
  const known = model.directories.byInode(inode);
  // From a scan that was cut off.
  const isSame = known !== undefined && known.parent === parent && known.name === name;
  if (known !== undefined && !isSame) return 0;
  const directory = known ?? model.newDirectory(parent, name);
  model.directories.setInode(directory, inode);
  waiting.push(directory);
  return directory.number;
}

function namesIn({ reader, watcher }: BaselineScanParts, directory: Directory, path: ByteName): readonly ByteName[] {
  try {
    return reader.list(path) ?? [];
  } catch (error) {
    if (errorCode(error) !== 'EACCES') throw error;
    watcher.couldNot(directory, 'unreadable');
    return [];
  }
}
