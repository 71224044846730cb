import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Folders whose names are known to be on stable storage; beyond this many they are looked at again. */
const MAX_KNOWN_FOLDERS = 10_000;

/**
 * Makes folders below a root, each on stable storage when it is handed out: a file in a folder whose own name was never
 * synced is lost with it. Folders found in place are synced once as well: who made them may have died before.
 */
export class DurableFolders {
  readonly #root: string;
  /** By path. */
  readonly #known = new Map<string, Promise<void>>();

  /** `root` must be absolute. */
  constructor(root: string) {
    this.#root = root;
  }

  ensure(path: string): Promise<void> {
    const known = this.#known.get(path);
    if (known) return known;
    if (this.#known.size >= MAX_KNOWN_FOLDERS) this.#known.clear();
    const made = this.#make(path);
    this.#known.set(path, made);
    made.catch(() => this.#known.delete(path));
    return made;
  }

  async #make(path: string): Promise<void> {
    if (path === this.#root) return makeFolders(path);
    const parent = dirname(path);
    await this.ensure(parent);
    await mkdir(path).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    });
    await syncFolder(parent);
  }
}

/** Makes a folder, and those above it that it needs, on stable storage. `path` must be absolute. */
export async function makeFolders(path: string, mode?: number): Promise<void> {
  const firstMade = await mkdir(path, { recursive: true, ...(mode === undefined ? {} : { mode }) });
  if (firstMade === undefined) return;
  for (let made = path; made.length >= firstMade.length; made = dirname(made)) await syncFolder(dirname(made));
}

/** Puts the names in a folder on stable storage. */
export async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
