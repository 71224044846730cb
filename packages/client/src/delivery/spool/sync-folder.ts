import { open } from 'node:fs/promises';

/**
 * Forces the names in a folder to stable storage: a file is there after a power cut only if its name is (fsync(2)).
 * Does nothing where folders cannot be opened (Windows).
 */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  if (handle === undefined) return;
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
