import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isSystemError } from './failure.js';

/** Private to the user: what is kept here (checkpoints, import state, keys) is nobody else's business. */
const PRIVATE_MODE = 0o600;

/**
 * Writes a file so that after a crash it has either its old content or the new one, whole: a new file beside it is
 * flushed to the disk and takes its place. Missing folders are made.
 */
export async function writeAtomically(path: string, content: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.tmp`;
  const file = await open(temporary, 'w', PRIVATE_MODE);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}

/** Creates a private file. Rejects with `EEXIST` rather than overwrite one. */
export async function createPrivate(path: string, content: string): Promise<void> {
  const file = await open(path, 'wx', PRIVATE_MODE);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Text of a file, or undefined if there is none. */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined;
    throw error;
  }
}
