import { readdir, rmdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { ADOPTED_FOLDER } from './adopt-spools.js';
import { segmentNumbers } from './segment-name.js';

/**
 * Removes the folder of a spool that is delivered. Whatever the caller believes, a segment or another spool in it is
 * never removed: then the folder stays, for the next to take over.
 */
export async function removeSpool(folder: string): Promise<void> {
  try {
    await rmdir(join(folder, ADOPTED_FOLDER)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
    const names = await readdir(folder);
    if (segmentNumbers(names).length > 0) return;
    for (const name of names) await unlink(join(folder, name));
    await rmdir(folder);
  } catch {
    // Somebody looks again later.
  }
}
