import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isAbsent } from './file-failure.js';
import { keyPart } from './object-path.js';

export interface ListOptions {
  prefix: string;
  afterKey: string;
  limit: number;
}

/** Walks a folder for keys in order; a folder that can hold none of those asked for is not opened. */
export async function listObjects(root: string, options: ListOptions): Promise<string[]> {
  const keys: string[] = [];
  if (options.limit > 0) await walk(root, '', options, keys);
  return keys;
}

async function walk(folder: string, path: string, options: ListOptions, keys: string[]): Promise<void> {
  const { prefix, afterKey, limit } = options;
  for (const { name, part, isFolder } of await namesInOrder(folder)) {
    const key = path + part;
    if (isFolder) {
      const mayMatch = key.startsWith(prefix) || prefix.startsWith(key);
      const mayFollow = key > afterKey || afterKey.startsWith(key);
      if (mayMatch && mayFollow) await walk(join(folder, name), key, options, keys);
    } else if (key.startsWith(prefix) && key > afterKey) keys.push(key);
    if (keys.length >= limit) return;
  }
}

async function namesInOrder(folder: string) {
  const names = await readdir(folder).catch((error: unknown) => {
    if (isAbsent(error)) return [];
    throw error;
  });
  return names
    .map((name) => ({ name, ...keyPart(name) }))
    .sort((a, b) => (a.part < b.part ? -1 : a.part > b.part ? 1 : 0));
}
