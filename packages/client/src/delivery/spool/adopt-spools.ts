import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { OwnerWatch } from './owner-state.js';

const SPOOL_NAME = /^[0-9a-f-]{36}$/;
const UNFINISHED_NAME = /^new-[0-9a-f-]{36}$/;
/** A spool takes no event before it has its name: one that never got it is empty. */
const UNFINISHED_AFTER_MS = 3_600_000;
/** Within a spool, those that its owner has taken over. */
export const ADOPTED_FOLDER = 'adopted';

export interface Adoption {
  /** The folder that all processes share. */
  readonly root: string;
  /** The name of our own spool below it. */
  readonly own: string;
  readonly watch: OwnerWatch;
  readonly nowMs: () => number;
}

/**
 * Takes over the spools of processes that have ended. Each is moved into our own by one rename, which succeeds for one
 * process only: whoever comes second finds it gone. Names are never used again, so what was found dead stays dead until
 * the rename. When we end, ours is taken over with all that is in it.
 *
 * Resolves with the folders of all that we have taken over, before or now: what counts is what is on disk, so that
 * nothing is forgotten when a step failed or its process was killed at it.
 */
export async function adoptSpools({ root, own, watch, nowMs }: Adoption): Promise<string[]> {
  const into = join(root, own, ADOPTED_FOLDER);
  for (const name of await readdir(root).catch(() => [])) {
    const folder = join(root, name);
    if (UNFINISHED_NAME.test(name)) await removeUnfinished(folder, nowMs());
    if (name === own || !SPOOL_NAME.test(name) || !(await watch.isGone(folder))) continue;
    await mkdir(into, { recursive: true, mode: 0o700 });
    await rename(folder, join(into, name)).catch(() => undefined);
  }
  return liftNested(into);
}

/** Moves those that an adopted spool has adopted, at any depth, up beside it. Resolves with all. */
async function liftNested(into: string): Promise<string[]> {
  const lifted: string[] = [];
  const open: string[] = await readdir(into).catch(() => []);
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const nested = join(into, name, ADOPTED_FOLDER);
    for (const inner of await readdir(nested).catch(() => [])) {
      await rename(join(nested, inner), join(into, inner));
      open.push(inner);
    }
    lifted.push(join(into, name));
  }
  return lifted;
}

async function removeUnfinished(folder: string, nowMs: number): Promise<void> {
  const made = await stat(folder).catch(() => undefined);
  if (made !== undefined && nowMs - made.mtimeMs > UNFINISHED_AFTER_MS)
    await rm(folder, { recursive: true, force: true });
}
