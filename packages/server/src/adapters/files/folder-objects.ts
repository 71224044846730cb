import { randomUUID } from 'node:crypto';
import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { PortFailure } from '../../ports/failure.js';
import { OBJECT_KEY, type Objects } from '../../ports/objects.js';
import { DurableFolders, syncFolder } from './durable-folders.js';
import { failureOf, isAbsent } from './file-failure.js';
import { listObjects } from './list-objects.js';
import { objectNames } from './object-path.js';

export interface FolderObjectsOptions {
  /** A folder of its own, made where it is absent. One process at a time. */
  path: string;
}

const OBJECTS = 'objects';
/** Where files are written before they are renamed into place: in the same folder, so in the same file system. */
const UNFINISHED = 'unfinished';

/** Opens a folder of objects. What a process that died left unfinished is removed. */
export async function openFolderObjects(options: FolderObjectsOptions): Promise<Objects> {
  const root = resolve(options.path);
  const unfinished = join(root, UNFINISHED);
  const folders = new DurableFolders(root);
  try {
    await rm(unfinished, { recursive: true, force: true });
    await folders.ensure(unfinished);
    await folders.ensure(join(root, OBJECTS));
  } catch (error) {
    throw failureOf(error);
  }
  return new FolderObjects(root, folders);
}

class FolderObjects implements Objects {
  readonly #objects: string;
  readonly #unfinished: string;
  readonly #folders: DurableFolders;
  readonly #underWay = new Set<Promise<unknown>>();
  #closed = false;

  constructor(root: string, folders: DurableFolders) {
    this.#objects = join(root, OBJECTS);
    this.#unfinished = join(root, UNFINISHED);
    this.#folders = folders;
  }

  put(key: string, bytes: Uint8Array): Promise<void> {
    return this.#run(async () => {
      const path = this.#path(key);
      const unfinished = join(this.#unfinished, randomUUID());
      try {
        await writeDurably(unfinished, bytes);
        await this.#folders.ensure(dirname(path));
        await rename(unfinished, path);
      } catch (error) {
        await rm(unfinished, { force: true }).catch(() => undefined);
        throw error;
      }
      await syncFolder(dirname(path));
    });
  }

  get(key: string): Promise<Uint8Array | undefined> {
    return this.#run(async () => new Uint8Array(await readFile(this.#path(key)))).catch(undefinedWhenAbsent);
  }

  size(key: string): Promise<number | undefined> {
    return this.#run(async () => (await stat(this.#path(key))).size).catch(undefinedWhenAbsent);
  }

  async delete(key: string): Promise<void> {
    await this.#run(async () => {
      const path = this.#path(key);
      await rm(path, { force: true });
      // Also where it is gone already: whoever removed it may have failed before this.
      await syncFolder(dirname(path));
    }).catch(undefinedWhenAbsent);
  }

  list(prefix: string, { afterKey = '', limit }: { afterKey?: string; limit: number }): Promise<string[]> {
    return this.#run(() => listObjects(this.#objects, { prefix, afterKey, limit }));
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled([...this.#underWay]);
  }

  #path(key: string): string {
    if (!OBJECT_KEY.test(key)) throw new PortFailure('refused', 'objects: malformed key');
    return join(this.#objects, ...objectNames(key));
  }

  async #run<T>(operation: () => Promise<T>): Promise<T> {
    if (this.#closed) throw new PortFailure('closed', 'objects: closed');
    const running = operation();
    this.#underWay.add(running);
    try {
      return await running;
    } catch (error) {
      throw failureOf(error);
    } finally {
      this.#underWay.delete(running);
    }
  }
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

function undefinedWhenAbsent(error: PortFailure): undefined {
  if (isAbsent(error.cause)) return undefined;
  throw error;
}
