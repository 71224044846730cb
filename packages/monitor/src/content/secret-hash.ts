import { createHmac, randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import type { KeyedHashHex } from '@attestlog/event';

const KEY_BYTES = 32;

/**
 * The keyed hash that stands for secrets in texts. Its key is made once and kept in a file of mode 0600, so that the same
 * secret has the same hash after a restart; with another state folder it has another.
 */
export async function secretHash(keyFile: string): Promise<KeyedHashHex> {
  const key = (await storedKey(keyFile)) ?? (await newKey(keyFile));
  return (text) => createHmac('sha256', key).update(text).digest('hex');
}

async function storedKey(file: string): Promise<Buffer | undefined> {
  const key = await readFile(file).catch(() => undefined);
  return key?.length === KEY_BYTES ? key : undefined;
}

async function newKey(file: string): Promise<Buffer> {
  const key = randomBytes(KEY_BYTES);
  await writeFile(file, key, { mode: 0o600 });
  return key;
}
