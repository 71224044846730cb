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
/** What is read at once of an object that is read in pieces. */
const PIECE_BYTES = 262_144;
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
    return this.#run(() => this.#putFile(key, (unfinished) => writeDurably(unfinished, bytes)));
  }

  async putStream(key: string, pieces: AsyncIterable<Uint8Array>): Promise<number> {
    const source = new Pieces(pieces);
    try {
      await this.#run(() => this.#putFile(key, (unfinished) => writePieces(unfinished, source)));
    } catch (error) {
      throw source.failed ? source.failure : error;
    }
    return source.bytes;
  }

  read(key: string, fromByte: number, toByte: number): AsyncIterable<Uint8Array> {
    return this.#pieces(this.#path(key), fromByte, toByte);
  }

  async *#pieces(path: string, fromByte: number, toByte: number): AsyncGenerator<Uint8Array> {
    const file = await this.#run(() => open(path, 'r'));
    try {
      for (let at = fromByte; at < toByte; ) {
        const piece = Buffer.allocUnsafe(Math.min(PIECE_BYTES, toByte - at));
        const { bytesRead } = await this.#run(() => file.read(piece, 0, piece.length, at));
        if (bytesRead === 0) throw new PortFailure('unavailable', 'objects: an object ends too early');
        at += bytesRead;
        yield piece.subarray(0, bytesRead);
      }
    } finally {
      await file.close();
    }
  }

  async #putFile(key: string, write: (unfinished: string) => Promise<void>): Promise<void> {
    const path = this.#path(key);
    const unfinished = join(this.#unfinished, randomUUID());
    try {
      await write(unfinished);
      await this.#folders.ensure(dirname(path));
      await rename(unfinished, path);
    } catch (error) {
      await rm(unfinished, { force: true }).catch(() => undefined);
      throw error;
    }
    await syncFolder(dirname(path));
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

/** Pieces from outside: counted, and what they throw is kept apart from what the file system throws. */
class Pieces {
  readonly #pieces: AsyncIterable<Uint8Array>;
  bytes = 0;
  failed = false;
  failure: unknown;

  constructor(pieces: AsyncIterable<Uint8Array>) {
    this.#pieces = pieces;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    const pieces = this.#pieces[Symbol.asyncIterator]();
    try {
      for (;;) {
        const { done, value } = await this.#next(pieces);
        if (done === true) return;
        this.bytes += value.length;
        yield value;
      }
    } finally {
      await pieces.return?.();
    }
  }

  async #next(pieces: AsyncIterator<Uint8Array>): Promise<IteratorResult<Uint8Array>> {
    try {
      return await pieces.next();
    } catch (error) {
      this.failed = true;
      this.failure = error;
      throw error;
    }
  }
}

/** A piece is written while the next one is made. */
async function writePieces(path: string, pieces: Pieces): Promise<void> {
  const file = await open(path, 'wx');
  let writing: Promise<void> = Promise.resolve();
  try {
    for await (const piece of pieces) {
      await writing;
      writing = file.writeFile(piece);
      // Told where it is waited for.
      writing.catch(() => undefined);
    }
    await writing;
    await file.sync();
  } finally {
    await writing.catch(() => undefined);
    await file.close();
  }
}

function undefinedWhenAbsent(error: PortFailure): undefined {
  if (isAbsent(error.cause)) return undefined;
  throw error;
}
