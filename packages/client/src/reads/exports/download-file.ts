import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { clientError } from '../attestlog-error.js';
import type { ReadHttp } from '../http/read-http.js';
import type { CallOptions } from '../http/read-options.js';
import { messageOf } from '../http/unreachable.js';
import type { ExportedFile } from './export-job.js';
import { damaged, readRest } from './read-file.js';

/** Private to the user: it may hold what others must not see. */
export const PRIVATE_MODE = 0o600;

interface FileOptions extends CallOptions {
  /** Told how many bytes of it are here. */
  readonly onBytes: (bytes: number) => void;
}

/**
 * Downloads a file of an export to a path, where it appears when it is whole and its SHA-256 is right. What an earlier
 * attempt left beside it (`PATH.part`) is gone on with.
 *
 * @throws AttestlogError `file-damaged`, `file-exists`, `file-unwritable`, `unreachable`, and what the server refuses with
 */
export async function downloadFile(
  http: ReadHttp,
  source: string,
  target: string,
  file: ExportedFile,
  options: FileOptions,
): Promise<void> {
  if (await isThere(target, file)) return;
  const part = `${target}.part`;
  const digest = createHash('sha256');
  const here = await hashWhatIsHere(part, file.bytes, digest);
  const handle = await open(part, here === 0 ? 'w' : 'a', PRIVATE_MODE).catch((error: unknown) => {
    throw unwritable(part, error);
  });
  try {
    await appendRest(http, source, file, { handle, digest, here }, options);
  } catch (error) {
    // Whatever is wrong with it, going on with it would not mend it.
    if ((error as { code?: unknown }).code === 'file-damaged') await rm(part, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
  await keep(part, target, file, digest);
}

/** A file of an earlier attempt is kept; any other is not overwritten. */
async function isThere(target: string, { bytes, sha256 }: ExportedFile): Promise<boolean> {
  const digest = createHash('sha256');
  const size = await hashWhatIsHere(target, bytes, digest);
  if (size === bytes && digest.digest('hex') === sha256) return true;
  const isAbsent = await stat(target).then(
    () => false,
    (error: NodeJS.ErrnoException) => error.code === 'ENOENT',
  );
  if (isAbsent) return false;
  throw clientError('file-exists', `${target} is there already and is not overwritten`);
}

/** What was written is hashed as well, so that both are at the same place when the connection breaks. */
async function appendRest(
  http: ReadHttp,
  source: string,
  file: ExportedFile,
  { handle, digest, here }: { handle: FileHandle; digest: Hash; here: number },
  options: FileOptions,
): Promise<void> {
  let at = here;
  for await (const piece of readRest(http, source, file, here, options)) {
    await handle.writeFile(piece).catch((error: unknown) => {
      throw unwritable(file.name, error);
    });
    digest.update(piece);
    at += piece.length;
    options.onBytes(at);
  }
  await handle.sync();
}

/** How many bytes of the file are here; their hash goes into the digest. More than there are, is none of it. */
async function hashWhatIsHere(path: string, bytes: number, digest: Hash): Promise<number> {
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  );
  if (size === 0 || size > bytes) return 0;
  for await (const piece of createReadStream(path)) digest.update(piece as Buffer);
  return size;
}

async function keep(part: string, target: string, file: ExportedFile, digest: Hash): Promise<void> {
  if (digest.digest('hex') !== file.sha256) {
    await rm(part, { force: true });
    throw damaged(file);
  }
  await rename(part, target).catch((error: unknown) => {
    throw unwritable(target, error);
  });
}

function unwritable(path: string, cause: unknown): Error {
  return clientError('file-unwritable', `Cannot write ${path}`, messageOf(cause), cause);
}
