import { mkdir, open } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/**
 * Makes a folder and those above it, each of them on stable storage when this resolves: the names of new folders are
 * lost by a power cut unless the folder that holds them is synced.
 */
export async function makeDurableFolder(path: string): Promise<void> {
  const target = resolve(path);
  const firstMade = await mkdir(target, { recursive: true });
  if (firstMade === undefined) return;
  const top = dirname(resolve(firstMade));
  for (let folder = dirname(target); ; folder = dirname(folder)) {
    await syncFolder(folder);
    if (folder === top) return;
  }
}

/** Puts the names of a folder's files on stable storage. */
export async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
