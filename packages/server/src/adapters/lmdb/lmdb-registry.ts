import { PortFailure } from '../../ports/failure.js';
import type {
  Registry,
  RegistryChange,
  RegistryDocument,
  RegistryWrite,
  RegistryWriteResult,
} from '../../ports/registry.js';
import { ChangeFeed } from './change-feed.js';
import { CommitLoop } from './commit-loop.js';
import { type Database, LmdbEnvironment } from './environment.js';
import {
  documentBytes,
  documentKey,
  listDocuments,
  readDocument,
  readLastRevision,
  readRevision,
  writeDocument,
  writeLastRevision,
} from './registry-documents.js';

export interface LmdbRegistryOptions {
  /** A folder of its own; made where it is absent. One process at a time: changes of another would not be watched. */
  path: string;
  /** Address space mapped at first; more is mapped when it is needed. */
  mapSizeBytes?: number;
}

const DEFAULT_MAP_SIZE_BYTES = 1024 * 1024 * 1024;
const MAX_COMMIT_BYTES = 8 * 1024 * 1024;
const WRITE_OVERHEAD_BYTES = 256;
const COPIED_PAGE_BYTES = 4096;
/** For the upper levels of the tree and the list of free pages. */
const MIN_ROOM_BYTES = 256 * 1024;

/** One compare-and-swap; without bytes, a removal. */
interface Swap {
  key: Buffer;
  expectedRevision: number;
  bytes?: Buffer;
}

/** Opens, or begins, a registry in a folder. */
export async function openLmdbRegistry(options: LmdbRegistryOptions): Promise<Registry> {
  const mapSizeBytes = options.mapSizeBytes ?? DEFAULT_MAP_SIZE_BYTES;
  return new LmdbRegistry(await LmdbEnvironment.open({ path: options.path, mapSizeBytes }));
}

class LmdbRegistry implements Registry {
  readonly #environment: LmdbEnvironment;
  readonly #feed = new ChangeFeed();
  readonly #loop: CommitLoop<readonly Swap[], RegistryWriteResult[]>;
  #closing: Promise<void> | undefined;

  constructor(environment: LmdbEnvironment) {
    this.#environment = environment;
    this.#loop = new CommitLoop({
      commit: (groups) => this.#commit(groups),
      weigh: weightOf,
      maxGroupWeight: MAX_COMMIT_BYTES,
    });
  }

  async get<T>(key: string): Promise<RegistryDocument<T> | undefined> {
    this.#refuseWhenClosed();
    const bytes = documentKey(key);
    return this.#environment.read((database) => readDocument<T>(database, bytes));
  }

  async getMany<T>(keys: readonly string[]): Promise<(RegistryDocument<T> | undefined)[]> {
    this.#refuseWhenClosed();
    const bytes = keys.map(documentKey);
    return this.#environment.read((database) => bytes.map((key) => readDocument<T>(database, key)));
  }

  async put(key: string, value: unknown, expectedRevision: number): Promise<number> {
    const [result] = await this.putMany([{ key, value, expectedRevision }]);
    if (!result?.ok) throw new PortFailure('conflict', `registry: ${key} is not at revision ${expectedRevision}`);
    return result.revision;
  }

  async putMany(writes: readonly RegistryWrite[]): Promise<RegistryWriteResult[]> {
    this.#refuseWhenClosed();
    if (writes.length === 0) return [];
    return this.#loop.submit(
      writes.map(({ key, value, expectedRevision }) => ({
        key: documentKey(key),
        expectedRevision,
        bytes: documentBytes(value),
      })),
    );
  }

  async delete(key: string, expectedRevision: number): Promise<void> {
    this.#refuseWhenClosed();
    const [result] = await this.#loop.submit([{ key: documentKey(key), expectedRevision }]);
    if (!result?.ok) throw new PortFailure('conflict', `registry: ${key} is not at revision ${expectedRevision}`);
  }

  async list<T>(prefix: string, options: { afterKey?: string; limit: number }): Promise<RegistryDocument<T>[]> {
    this.#refuseWhenClosed();
    const first = options.afterKey === undefined ? '' : `${options.afterKey}\0`;
    const start = Buffer.from(first > prefix ? first : prefix);
    // An empty prefix begins after the registry's own key.
    const from = start.length === 0 ? Buffer.from([1]) : start;
    return this.#environment.read((database) => listDocuments<T>(database, Buffer.from(prefix), from, options.limit));
  }

  watch(prefix: string, signal: AbortSignal): AsyncIterable<RegistryChange> {
    this.#refuseWhenClosed();
    return this.#feed.watch(prefix, signal);
  }

  close(): Promise<void> {
    this.#closing ??= this.#loop.idle().then(() => {
      this.#feed.fail(new PortFailure('closed', 'registry: closed'));
      return this.#environment.close();
    });
    return this.#closing;
  }

  async #commit(groups: readonly (readonly Swap[])[]): Promise<RegistryWriteResult[][]> {
    const changes: RegistryChange[] = [];
    const results = await this.#environment.transaction(roomFor(groups), (database) => {
      const before = readLastRevision(database);
      let revision = before;
      const outcome = groups.map((swaps) =>
        swaps.map((swap): RegistryWriteResult => {
          if (!isAt(swap, readRevision(database, swap.key))) return { ok: false };
          revision += 1;
          changes.push(applySwap(database, swap, revision));
          return { ok: true, revision };
        }),
      );
      if (revision !== before) writeLastRevision(database, revision);
      return outcome;
    });
    for (const change of changes) this.#feed.publish(change);
    return results;
  }

  #refuseWhenClosed(): void {
    if (this.#closing) throw new PortFailure('closed', 'registry: closed');
  }
}

function weightOf(swaps: readonly Swap[]): number {
  return swaps.reduce((sum, swap) => sum + WRITE_OVERHEAD_BYTES + (swap.bytes?.length ?? 0), 0);
}

/** Room in the file that a commit may need: each document may lie in a page that is copied, beside its own bytes. */
function roomFor(groups: readonly (readonly Swap[])[]): number {
  const bytes = (swaps: readonly Swap[]) => 2 * weightOf(swaps) + swaps.length * COPIED_PAGE_BYTES;
  return groups.reduce((sum, swaps) => sum + bytes(swaps), MIN_ROOM_BYTES);
}

/** Removing what is not there is a conflict, even when that is what was expected. */
function isAt({ expectedRevision, bytes }: Swap, revision: number): boolean {
  return revision === expectedRevision && (revision > 0 || bytes !== undefined);
}

function applySwap(database: Database, { key, bytes }: Swap, revision: number): RegistryChange {
  const name = key.toString('latin1');
  if (!bytes) {
    database.remove(key);
    return { key: name };
  }
  writeDocument(database, key, revision, bytes);
  return { key: name, document: { key: name, value: JSON.parse(bytes.toString()), revision } };
}
