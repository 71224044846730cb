import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { open, type RootDatabase } from 'lmdb';
import { PortFailure } from '../../ports/failure.js';
import { failureOf, isInputOutputError } from './driver-failure.js';
import { makeDurableFolder, syncFolder } from './durable-folder.js';
import { checkFile } from './file-check.js';
import { FileRoom } from './file-room.js';

export type Database = RootDatabase<Buffer, Buffer>;

export interface EnvironmentOptions {
  /** A folder; made where it is absent. */
  path: string;
  /** Address space mapped at first, in bytes. LMDB maps more when the file outgrows it. */
  mapSizeBytes: number;
}

/** With less room than this on the disk, a write that failed is taken to have failed for want of room. */
const NEARLY_FULL_BYTES = 4 * 1024 * 1024;

/**
 * One LMDB file, and how it comes back after a failed commit.
 *
 * Commits are durable when they resolve: without overlapping sync, the driver's writer thread writes the pages, calls
 * fdatasync, and writes the meta page through a descriptor opened with O_DSYNC, all before it reports (seen by strace;
 * with overlapping sync, the driver's default, the last meta page did not go through that descriptor).
 * The caller runs one commit at a time, and says how much room it may need in the file: that is taken before.
 * After a commit that failed the file is closed and opened again before anything else happens: LMDB refuses all work in
 * an environment whose meta page could not be written, and lmdb-js would wait for ever.
 */
export class LmdbEnvironment {
  readonly #options: EnvironmentOptions;
  readonly #room: FileRoom;
  #database: Promise<Database>;
  #closed = false;

  private constructor(options: EnvironmentOptions, database: Database) {
    this.#options = options;
    this.#room = new FileRoom(join(options.path, 'data.mdb'));
    this.#database = Promise.resolve(database);
  }

  static async open(options: EnvironmentOptions): Promise<LmdbEnvironment> {
    try {
      await makeDurableFolder(options.path);
      checkFile(options.path);
      const environment = new LmdbEnvironment(options, openDatabase(options));
      await syncFolder(options.path);
      return environment;
    } catch (error) {
      throw failureOf(error);
    }
  }

  /**
   * Reads from a snapshot that has every commit that resolved before. `action` must be synchronous, and copy what it
   * keeps.
   */
  async read<T>(action: (database: Database) => T): Promise<T> {
    const database = await this.#opened();
    try {
      return action(database);
    } catch (error) {
      throw failureOf(error);
    }
  }

  /** Commits the puts and removes that `action` asks for, all or none. They are applied off the main thread. */
  async batch(roomBytes: number, action: (database: Database) => void): Promise<void> {
    await this.#commit(roomBytes, async (database) => {
      await database.batch(() => action(database));
    });
  }

  /** Commits what `action` does in one transaction, all or none; it sees the last commit and its own writes. */
  async transaction<T>(roomBytes: number, action: (database: Database) => T): Promise<T> {
    return this.#commit(roomBytes, (database) => database.childTransaction(() => action(database)));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const database = await this.#database.catch(() => undefined);
    await database?.close();
  }

  async #commit<T>(roomBytes: number, run: (database: Database) => Promise<T>): Promise<T> {
    const database = await this.#opened();
    const { lastTxnId: before, lastPageNumber, pageSize } = statsOf(database);
    await this.#room.reserve((lastPageNumber + 1) * pageSize, roomBytes);
    try {
      return await run(database);
    } catch (error) {
      throw await this.#recover(database, before, await causeOf(error));
    }
  }

  /** Opens the file again, and tells what the failed commit amounts to. */
  async #recover(database: Database, before: number, error: unknown): Promise<PortFailure> {
    this.#database = database.close().then(() => openDatabase(this.#options));
    const after = await this.#database.then((opened) => statsOf(opened).lastTxnId).catch(() => undefined);
    const failure = failureOf(error);
    if (after === before) {
      if (failure.kind === 'unavailable' && isInputOutputError(error) && (await isNearlyFull(this.#options.path))) {
        return new PortFailure('full', 'LMDB: the disk is full', { cause: error });
      }
      return failure;
    }
    return failure.kind === 'corrupt' ? failure : new PortFailure('unavailable', failure.message, { cause: error });
  }

  async #opened(): Promise<Database> {
    if (this.#closed) throw new PortFailure('closed', 'LMDB: closed');
    const database = this.#database;
    return database.catch(() => {
      // The last attempt to open the file again failed; its cause may be gone. One reader tries, the others join it.
      if (this.#database === database) this.#database = Promise.resolve().then(() => openDatabase(this.#options));
      return this.#database.catch((error: unknown) => {
        throw failureOf(error);
      });
    });
  }
}

function openDatabase({ path, mapSizeBytes }: EnvironmentOptions): Database {
  return open<Buffer, Buffer>({
    path,
    mapSize: mapSizeBytes,
    noSubdir: false,
    encoding: 'binary',
    keyEncoding: 'binary',
    overlappingSync: false,
    // Commits are grouped by the caller; waiting for the end of the turn as well would only add latency.
    eventTurnBatching: false,
  });
}

function statsOf(database: Database): { lastTxnId: number; lastPageNumber: number; pageSize: number } {
  return database.getStats() as { lastTxnId: number; lastPageNumber: number; pageSize: number };
}

/** lmdb-js rejects with a general error that carries a promise of the real one. */
async function causeOf(error: unknown): Promise<unknown> {
  const pending = (error as { commitError?: unknown }).commitError;
  if (!(pending instanceof Promise)) return error;
  return pending.then(
    () => error,
    (cause: unknown) => cause,
  );
}

async function isNearlyFull(path: string): Promise<boolean> {
  const { bavail, bsize } = await statfs(path).catch(() => ({ bavail: Number.POSITIVE_INFINITY, bsize: 1 }));
  return bavail * bsize < NEARLY_FULL_BYTES;
}
