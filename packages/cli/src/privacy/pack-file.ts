import { access, open, rename, rm } from 'node:fs/promises';
import { isSystemError, messageOf, usageFailure } from '../failure.js';

/** Private to the user: it holds a person's data. */
const PRIVATE_MODE = 0o600;

/**
 * Writes what comes to a file, which appears under its name when all of it is there and `finish` has not thrown, and
 * not before. A file that is there already is not overwritten.
 *
 * @param onChunk told each piece before it is written; what it throws ends the writing
 * @param finish called at the end
 * @throws CliFailure `usage` for a file that cannot be written; whatever the source and the callbacks throw
 */
export async function writePack<T>(
  path: string,
  chunks: AsyncIterable<Uint8Array>,
  onChunk: (chunk: Uint8Array) => void,
  finish: () => T,
): Promise<T> {
  await requireFree(path);
  const temporary = `${path}.part`;
  const file = await open(temporary, 'w', PRIVATE_MODE).catch((error: unknown) => {
    throw usageFailure(`Cannot write ${temporary}: ${messageOf(error)}`);
  });
  try {
    for await (const chunk of chunks) {
      onChunk(chunk);
      await file.write(chunk);
    }
    const result = finish();
    await file.sync();
    await file.close();
    await rename(temporary, path);
    return result;
  } catch (error) {
    await file.close().catch(() => {});
    await rm(temporary, { force: true });
    if (isSystemError(error)) throw usageFailure(`Cannot write ${path}: ${messageOf(error)}`);
    throw error;
  }
}

/** @throws CliFailure `usage` */
async function requireFree(path: string): Promise<void> {
  try {
    await access(path);
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return;
    throw usageFailure(`Cannot write ${path}: ${messageOf(error)}`);
  }
  throw usageFailure(`${path} is there already and is not overwritten`);
}
