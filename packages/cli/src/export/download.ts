import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import type { CommandContext } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { CliFailure, isSystemError, messageOf, usageFailure } from '../failure.js';
import { backoffMs } from '../http/backoff.js';
import type { ChangeClient } from '../http/change-client.js';
import type { ExportedFile } from './export-document.js';

/** Private to the user: it may hold what others must not see. */
const PRIVATE_MODE = 0o600;
const ATTEMPTS = 6;

/**
 * Downloads a file of an export to a path, where it appears when it is whole and its SHA-256 is right. What an earlier
 * attempt left beside it (`PATH.part`) is gone on with, and so is a connection that breaks.
 *
 * @param onBytes told how many bytes of it are here
 * @throws CliFailure `violations` when the hash is wrong, `unreachable` when the server stays away
 */
export async function downloadFile(
  context: CommandContext,
  client: ChangeClient,
  path: string,
  target: string,
  file: ExportedFile,
  onBytes: (bytes: number) => void,
): Promise<void> {
  if (await isThere(target, file)) return;
  const part = `${target}.part`;
  const digest = createHash('sha256');
  let here = await hashWhatIsHere(part, file.bytes, digest);
  const handle = await open(part, here === 0 ? 'w' : 'a', PRIVATE_MODE).catch((error: unknown) => {
    throw usageFailure(`Cannot write ${part}: ${messageOf(error)}`);
  });
  try {
    for (let attempt = 1; here < file.bytes; attempt++) {
      const before = here;
      here =
        (await appendRest({ client, path, handle, digest, here, onBytes }).catch((error: unknown) => {
          if (!isPassing(error) || attempt >= ATTEMPTS) throw error;
          return undefined;
        })) ?? (await handle.stat()).size;
      if (here === before && here < file.bytes)
        await context.sleep(backoffMs(attempt, context.random()), context.signal);
      else attempt = 0;
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  await keep(part, target, file, digest, here);
}

/** A file of an earlier attempt is kept; any other is not overwritten. */
async function isThere(target: string, { bytes, sha256 }: ExportedFile): Promise<boolean> {
  const digest = createHash('sha256');
  const size = await hashWhatIsHere(target, bytes, digest);
  if (size === bytes && digest.digest('hex') === sha256) return true;
  const isAbsent = await stat(target).then(
    () => false,
    (error: unknown) => isSystemError(error, 'ENOENT'),
  );
  if (isAbsent) return false;
  throw usageFailure(`${target} is there already and is not overwritten`);
}

interface Rest {
  client: ChangeClient;
  path: string;
  handle: FileHandle;
  digest: Hash;
  here: number;
  onBytes: (bytes: number) => void;
}

/** What was written is hashed as well, so that both are at the same place when the connection breaks. */
async function appendRest({ client, path, handle, digest, here, onBytes }: Rest): Promise<number> {
  const headers = { accept: '*/*', ...(here === 0 ? {} : { range: `bytes=${here}-` }) };
  let at = here;
  for await (const chunk of client.stream({ method: 'GET', path, headers })) {
    await handle.writeFile(chunk);
    digest.update(chunk);
    at += chunk.length;
    onBytes(at);
  }
  return at;
}

/** How many bytes of the file are here; their hash goes into the digest. More than there are, is none of it. */
async function hashWhatIsHere(part: string, bytes: number, digest: Hash): Promise<number> {
  const size = await stat(part).then(
    (found) => found.size,
    () => 0,
  );
  if (size === 0 || size > bytes) return 0;
  for await (const chunk of createReadStream(part)) digest.update(chunk as Buffer);
  return size;
}

async function keep(part: string, target: string, file: ExportedFile, digest: Hash, here: number): Promise<void> {
  if (here !== file.bytes || digest.digest('hex') !== file.sha256) {
    // Whatever is wrong with it, going on with it would not mend it.
    await rm(part, { force: true });
    throw new CliFailure(EXIT.violations, `${file.name} is not what the server said it would be`, {
      detail: 'Its SHA-256 is wrong, so it was thrown away.',
      remedy: 'Download it again.',
    });
  }
  await rename(part, target).catch((error: unknown) => {
    throw usageFailure(`Cannot write ${target}: ${messageOf(error)}`);
  });
}

function isPassing(error: unknown): boolean {
  return error instanceof CliFailure && error.exitCode === EXIT.unreachable;
}
