import { createHash, randomUUID } from 'node:crypto';
import { link, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { PortFailure } from '../../ports/failure.js';
import { makeFolders, syncFolder } from './durable-folders.js';
import { failureOf, isAbsent } from './file-failure.js';

/** A key as the file holds it. */
export interface KeyInFile {
  /** Its number in the file, and what its SHA-256 begins with: `001-1a2b3c4d`. */
  id: string;
  /** 32 bytes. */
  key: Uint8Array;
}

/** Chance, as it comes in: so many random bytes. */
type RandomBytes = (count: number) => Uint8Array;

const KEY_BYTES = 32;
const HEADER =
  '# Master keys of Attestlog, one a line, the newest last. Whoever has this file and a copy of the registry can read\n# personal data that was sealed. Without it, none of it can ever be read again: keep a copy apart from the data.\n';
/** Bits of a file's mode that let others than its owner at it. */
const OTHERS = 0o077;

/**
 * The master keys in a file, the newest last; the file is made with one key where there is none. Two processes that
 * make it at once agree on one.
 *
 * @throws PortFailure `refused` when others may read the file, `corrupt` when it is no such file
 */
export async function openMasterKeyFile(path: string, random: RandomBytes): Promise<KeyInFile[]> {
  const found = await readKeys(path);
  if (found !== undefined) return found;
  await createFile(resolve(path), random);
  const made = await readKeys(path);
  if (made === undefined) throw new PortFailure('unavailable', `${path} was made, and is gone`);
  return made;
}

/**
 * Adds a key, which wraps from the next start on. Those before it stay, for what they wrapped. One at a time.
 * @returns the new key's id
 */
export async function rotateMasterKeyFile(path: string, random: RandomBytes): Promise<string> {
  const keys = await openMasterKeyFile(path, random);
  const added = keyOf(lastNumber(keys) + 1, random(KEY_BYTES));
  await replaceFile(resolve(path), [...keys, added]);
  return added.id;
}

/**
 * Removes a key. Whatever is still wrapped by it alone, also in backups of the registry, can never be unwrapped again.
 * @throws PortFailure `refused` for the one that wraps, or none that there is
 */
export async function retireMasterKeyInFile(path: string, id: string): Promise<void> {
  const keys = (await readKeys(path)) ?? [];
  if (!keys.some((key) => key.id === id)) throw new PortFailure('refused', `there is no master key ${id} in ${path}`);
  if (keys.at(-1)?.id === id) throw new PortFailure('refused', 'the newest master key cannot be retired: rotate first');
  await replaceFile(
    resolve(path),
    keys.filter((key) => key.id !== id),
  );
}

async function readKeys(path: string): Promise<KeyInFile[] | undefined> {
  let text: string;
  try {
    const { mode } = await stat(path);
    // Windows has no such bits.
    if (process.platform !== 'win32' && (mode & OTHERS) !== 0) {
      throw new PortFailure('refused', `others than its owner may read ${path}: chmod 600 ${path}`);
    }
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw failureOf(error);
  }
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const keys = lines.map((line) => parseLine(line, path));
  const ids = new Set(keys.map(({ id }) => id));
  if (keys.length === 0 || ids.size < keys.length || !text.endsWith('\n')) throw noKeyFile(path);
  return keys;
}

function parseLine(line: string, path: string): KeyInFile {
  const [, id, base64] = /^(\d{3,}-[0-9a-f]{8}) ([A-Za-z0-9+/]{43}=)$/.exec(line) ?? [];
  if (id === undefined || base64 === undefined) throw noKeyFile(path);
  const key = new Uint8Array(Buffer.from(base64, 'base64'));
  if (!id.endsWith(fingerprint(key))) throw noKeyFile(path);
  return { id, key };
}

function noKeyFile(path: string): PortFailure {
  return new PortFailure('corrupt', `${path} is damaged: restore it from its backup`);
}

async function createFile(path: string, random: RandomBytes): Promise<void> {
  await makeFolders(dirname(path), 0o700);
  await writeBeside(path, [keyOf(1, random(KEY_BYTES))], async (unfinished) => {
    // A link, other than a renaming, leaves a file alone that another process has made meanwhile.
    await link(unfinished, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  });
}

function replaceFile(path: string, keys: readonly KeyInFile[]): Promise<void> {
  return writeBeside(path, keys, (unfinished) => rename(unfinished, path));
}

/** Writes a new file, puts it in its place, and both on stable storage. */
async function writeBeside(
  path: string,
  keys: readonly KeyInFile[],
  place: (unfinished: string) => Promise<void>,
): Promise<void> {
  const unfinished = `${path}.${randomUUID()}`;
  const lines = keys.map(({ id, key }) => `${id} ${Buffer.from(key).toString('base64')}\n`);
  try {
    const file = await open(unfinished, 'wx', 0o600);
    try {
      await file.writeFile(HEADER + lines.join(''));
      await file.sync();
    } finally {
      await file.close();
    }
    await place(unfinished);
    await syncFolder(dirname(path));
  } catch (error) {
    throw failureOf(error);
  } finally {
    await rm(unfinished, { force: true });
  }
}

function keyOf(number: number, key: Uint8Array): KeyInFile {
  return { id: `${String(number).padStart(3, '0')}-${fingerprint(key)}`, key: Uint8Array.from(key) };
}

function lastNumber(keys: readonly KeyInFile[]): number {
  return Math.max(...keys.map(({ id }) => Number.parseInt(id, 10)));
}

function fingerprint(key: Uint8Array): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 8);
}
