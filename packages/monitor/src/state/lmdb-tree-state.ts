import { mkdirSync } from 'node:fs';
import { open, type RootDatabase } from 'lmdb';
import type { ByteName } from '../watch/byte-name.js';
import { decodeFileState, encodeFileState, type FileState, isDirectoryState, linkCountOf } from './file-state.js';
import { readRecordText, recordText } from './record-text.js';
import type { KeptRecord, Slot, StateHead, StateWrite, TreeState } from './tree-state.js';

type Database = RootDatabase<Buffer, Buffer>;

export interface LmdbTreeStateOptions {
  /** Made where it is absent, for this user only. */
  readonly folder: string;
  readonly root: string;
  readonly nowMs: () => number;
  /** Sixteen bytes of chance or more, as text. */
  readonly newId: () => string;
}

/** Bytes of a directory's number in front of a name, big-endian, so that a directory's entries lie together. */
const NUMBER_BYTES = 6;
/** Below all entries: directory 0 has the one name ''. */
const HEAD_KEY = Buffer.from([0]);
const FIRST_KEY = Buffer.alloc(NUMBER_BYTES);
/** Above all entries: no directory's number begins with this byte. */
const RECORDS = 0xff;
const MAP_BYTES = 1024 ** 3;

/** A folder that was made for another root would report all of its files deleted. */
export class OtherRootError extends Error {
  readonly code = 'STATE_OF_OTHER_ROOT';
}

/**
 * The state in LMDB: a process that is killed at any moment leaves the last commit that resolved, or a later one.
 * An entry takes about 70 bytes and its name, 32 more with a checksum, in pages that the system shares and takes back.
 */
export function openLmdbTreeState(options: LmdbTreeStateOptions): TreeState {
  mkdirSync(options.folder, { recursive: true, mode: 0o700 });
  const database = open<Buffer, Buffer>({
    path: options.folder,
    noSubdir: false,
    mapSize: MAP_BYTES,
    encoding: 'binary',
    keyEncoding: 'binary',
    overlappingSync: false,
    eventTurnBatching: false,
  });
  const stored = database.get(HEAD_KEY);
  const head: StateHead =
    stored === undefined
      ? {
          id: options.newId(),
          root: options.root,
          baselined: false,
          toldUntilMs: options.nowMs(),
          nextDirectory: 2,
          lastSequence: 0,
        }
      : JSON.parse(stored.toString('utf8'));
  if (head.root !== options.root) {
    void database.close();
    throw new OtherRootError(`the state in ${options.folder} is of ${head.root}, not of ${options.root}`);
  }
  return new LmdbTreeState(database, head);
}

class LmdbTreeState implements TreeState {
  readonly head: StateHead;
  readonly #database: Database;

  constructor(database: Database, head: StateHead) {
    this.#database = database;
    this.head = head;
  }

  get(slot: Slot): FileState | undefined {
    const bytes = this.#database.getBinaryFast(keyOf(slot)) as Buffer | undefined;
    return bytes === undefined ? undefined : decodeFileState(bytes);
  }

  *children(directory: number): Iterable<readonly [ByteName, FileState]> {
    const range = this.#database.getRange({
      start: keyOf({ directory, name: '' }),
      end: keyOf({ directory: directory + 1, name: '' }),
    });
    for (const { key, value } of range) yield [nameOf(key), decodeFileState(value)];
  }

  *all(): Iterable<StateWrite> {
    for (const { key, value } of this.#database.getRange({ start: FIRST_KEY, end: recordKey(0) })) {
      yield { directory: key.readUIntBE(0, NUMBER_BYTES), name: nameOf(key), entry: decodeFileState(value) };
    }
  }

  *directoriesAndLinks(): Iterable<StateWrite> {
    for (const { key, value } of this.#database.getRange({ start: FIRST_KEY, end: recordKey(0) })) {
      if (!isDirectoryState(value) && linkCountOf(value) < 2) continue;
      yield { directory: key.readUIntBE(0, NUMBER_BYTES), name: nameOf(key), entry: decodeFileState(value) };
    }
  }

  async write(writes: readonly StateWrite[], records: readonly KeptRecord[]): Promise<void> {
    this.head.lastSequence = records.at(-1)?.record.sequence ?? this.head.lastSequence;
    await this.#database.batch(() => {
      for (const { record, slot } of records)
        void this.#database.put(recordKey(record.sequence), Buffer.from(recordText({ record, slot })));
      this.#put(writes);
    });
    // Reads of this turn may have a snapshot from before.
    this.#database.resetReadTxn();
  }

  records(): KeptRecord[] {
    const kept = this.#database.getRange({ start: recordKey(0) });
    return [...kept.map(({ value }) => readRecordText(value.toString('utf8')))];
  }

  async forget(sequence: number): Promise<void> {
    await this.#database.batch(() => {
      for (const key of this.#database.getKeys({ start: recordKey(0), end: recordKey(sequence + 1) })) {
        void this.#database.remove(key);
      }
    });
  }

  writeFast(writes: readonly StateWrite[]): void {
    this.#database.transactionSync(() => {
      for (const { entry, ...slot } of writes) {
        if (entry === null) this.#database.removeSync(keyOf(slot));
        else this.#database.putSync(keyOf(slot), encodeFileState(entry));
      }
      this.#database.putSync(HEAD_KEY, this.#headBytes());
    });
  }

  async close(): Promise<void> {
    await this.#database.close();
  }

  #put(writes: readonly StateWrite[]): void {
    for (const { entry, ...slot } of writes) {
      if (entry === null) void this.#database.remove(keyOf(slot));
      else void this.#database.put(keyOf(slot), encodeFileState(entry));
    }
    void this.#database.put(HEAD_KEY, this.#headBytes());
  }

  #headBytes(): Buffer {
    return Buffer.from(JSON.stringify(this.head));
  }
}

function recordKey(sequence: number): Buffer {
  const key = Buffer.from([RECORDS, 0, 0, 0, 0, 0, 0]);
  key.writeUIntBE(sequence, 1, 6);
  return key;
}

function keyOf({ directory, name }: Slot): Buffer {
  const key = Buffer.allocUnsafe(NUMBER_BYTES + name.length);
  key.writeUIntBE(directory, 0, NUMBER_BYTES);
  key.write(name, NUMBER_BYTES, 'latin1');
  return key;
}

function nameOf(key: Buffer): ByteName {
  return key.toString('latin1', NUMBER_BYTES);
}
