import { createPrivateKey, createPublicKey, type KeyObject, randomUUID } from 'node:crypto';
import { open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ed25519PublicKey, generateEd25519Key } from '@attestlog/tlog';
import type { SigningKeySet, SigningKeys } from '../../log/signing-keys.js';
import { PortFailure } from '../../ports/failure.js';
import { makeFolders, syncFolder } from './durable-folders.js';

/**
 * Signing keys as files: `keys/deployment/` or `keys/tenant-ID/` holds `NUMBER-KEY.pem` (private, mode 0600) for each
 * key that signs and `NUMBER-KEY.pub` for each that signed once. The highest number is the newest key.
 */
export class FolderSigningKeys implements SigningKeys {
  readonly #path: string;
  readonly #per: 'deployment' | 'tenant';
  readonly #sets = new Map<string, Promise<SigningKeySet>>();

  constructor(path: string, per: 'deployment' | 'tenant') {
    this.#path = path;
    this.#per = per;
  }

  /** The tenant's keys; the first key is made when there is none. Read once: a rotation needs a restart. */
  keysOf(tenant: string): Promise<SigningKeySet> {
    const folder = this.#per === 'deployment' ? 'deployment' : `tenant-${tenant}`;
    let set = this.#sets.get(folder);
    if (set === undefined) {
      set = loadOrCreate(join(this.#path, folder));
      set.catch(() => this.#sets.delete(folder));
      this.#sets.set(folder, set);
    }
    return set;
  }
}

/** Adds a key that signs beside those that do. @returns the new key's name */
export function addKey(folder: string): Promise<string> {
  return createKey(folder);
}

/**
 * Takes a key out of use: its private part is destroyed, its public part stays for old checkpoints.
 * @throws PortFailure `refused` when there is no such key, or no other one that signs
 */
export async function retireKey(folder: string, name: string): Promise<void> {
  const names = await keyFiles(folder, '.pem');
  if (!names.includes(name)) throw new PortFailure('refused', `There is no signing key ${name} in ${folder}`);
  if (names.length === 1) throw new PortFailure('refused', 'The only signing key cannot be retired: rotate first');
  const key = createPublicKey(createPrivateKey(await readFile(join(folder, `${name}.pem`))));
  // It is there already where a retirement was cut off after this.
  if (!(await keyFiles(folder, '.pub')).includes(name)) {
    await writeDurably(join(folder, `${name}.pub`), key.export({ type: 'spki', format: 'pem' }), 0o644);
    await syncFolder(folder);
  }
  await rm(join(folder, `${name}.pem`));
  await syncFolder(folder);
}

async function loadOrCreate(folder: string): Promise<SigningKeySet> {
  let names = await keyFiles(folder, '.pem');
  if (names.length === 0) {
    await createKey(folder);
    names = await keyFiles(folder, '.pem');
  }
  const active: KeyObject[] = [];
  for (const name of names.toReversed()) active.push(createPrivateKey(await readFile(join(folder, `${name}.pem`))));
  const retired: KeyObject[] = [];
  for (const name of (await keyFiles(folder, '.pub')).reverse()) {
    if (names.includes(name)) continue;
    retired.push(createPublicKey(await readFile(join(folder, `${name}.pub`))));
  }
  return { active, retired };
}

async function createKey(folder: string): Promise<string> {
  await makeFolders(resolve(folder), 0o700);
  const taken = [...(await keyFiles(folder, '.pem')), ...(await keyFiles(folder, '.pub'))];
  const number = 1 + Math.max(0, ...taken.map((name) => Number.parseInt(name, 10)));
  const key = generateEd25519Key();
  const id = Buffer.from(ed25519PublicKey(key)).toString('hex').slice(0, 8);
  const name = `${String(number).padStart(3, '0')}-${id}`;
  await writeDurably(join(folder, `${name}.pem`), key.export({ type: 'pkcs8', format: 'pem' }), 0o600);
  await syncFolder(folder);
  return name;
}

async function keyFiles(folder: string, ending: string): Promise<string[]> {
  try {
    const files = await readdir(folder);
    return files
      .filter((file) => /^\d{3,}-[0-9a-f]{8}\.(pem|pub)$/.test(file) && file.endsWith(ending))
      .map((file) => file.slice(0, -ending.length))
      .sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** Writes a file whole or not at all. No file has its name: a new key has the next number, and one is retired once. */
async function writeDurably(path: string, text: string | Buffer, mode: number): Promise<void> {
  const unfinished = `${path}.${randomUUID()}`;
  const file = await open(unfinished, 'wx', mode);
  try {
    await file.writeFile(text);
    await file.sync();
    await rename(unfinished, path);
  } finally {
    await file.close();
    await rm(unfinished, { force: true });
  }
}
