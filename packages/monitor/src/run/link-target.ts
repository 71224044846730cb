import { readlink } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { LinkTarget } from '../record/describe-change.js';
import { pathBelow } from './watched-root.js';

/** Where a symbolic link points to; undefined where there is none any more. It is never followed. */
export async function linkTarget(folder: string, location: string | Buffer): Promise<LinkTarget | undefined> {
  try {
    const target = await readlink(location);
    const resolved = resolve(dirname(location.toString()), target);
    return { target, isOutside: resolved !== folder && pathBelow(folder, resolved) === undefined };
  } catch {
    return undefined;
  }
}
