import { lstat, realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path';
import { type IgnoreRules, ignoreRules, type RuleSources } from '../rules/ignore-rules.js';
import type { FileKind } from '../watch/file-change.js';

/** What is watched: a folder, or one file through the folder that it is in. */
export interface WatchedRoot {
  /** Absolute, without symbolic links. */
  readonly folder: string;
  /** The name of the only file that is meant. */
  readonly only: string | undefined;
}

/** @throws the system's error where there is nothing at the path */
export async function watchedRoot(path: string): Promise<WatchedRoot> {
  const real = await realpath(path);
  const isFolder = (await lstat(real)).isDirectory();
  return isFolder ? { folder: real, only: undefined } : { folder: dirname(real), only: basename(real) };
}

export interface RootRules extends Omit<RuleSources, 'own'> {
  readonly recursive: boolean;
  /** Absolute paths that are never watched. */
  readonly own: readonly string[];
}

/** What is left out of one root. */
export function rulesOf({ folder, only }: WatchedRoot, rules: RootRules): IgnoreRules {
  const own = rules.own.map((path) => pathBelow(folder, path)).filter((path) => path !== undefined);
  const isIgnored = ignoreRules({ ...rules, own });
  return (path: string, kind: FileKind) => {
    if (only !== undefined && path !== '' && path !== only) return true;
    if (!rules.recursive && path.includes('/')) return true;
    return isIgnored(path, kind);
  };
}

/** The path relative to a folder, with `/` between names; undefined where it does not lie in it. */
export function pathBelow(folder: string, path: string): string | undefined {
  const below = relative(folder, path);
  if (below === '' || below === '..' || below.startsWith(`..${sep}`) || isAbsolute(below)) return undefined;
  return below.split(sep).join('/');
}

/** Where a file of a root is: as bytes, where its name is no text. */
export function locationOf(folder: string, path: string, bytes: Uint8Array | undefined): string | Buffer {
  if (bytes === undefined) return path === '' ? folder : join(folder, path);
  return Buffer.concat([Buffer.from(`${folder}/`), bytes]);
}
