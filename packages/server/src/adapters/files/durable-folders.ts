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
    if (path === this.#root) {
      await this.#makeRoot();
      return;
    }
    const parent = dirname(path);
    await this.ensure(parent);
    await mkdir(path).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    });
    await syncFolder(parent);
  }

  /** The root, and those above it that it needs. */
  async #makeRoot(): Promise<void> {
    const firstMade = await mkdir(this.#root, { recursive: true });
    if (firstMade === undefined) return;
    for (let path = this.#root; path.length >= firstMade.length; path = dirname(path)) await syncFolder(dirname(path));
  }
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
