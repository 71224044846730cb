import type { ByteName } from '../watch/byte-name.js';
import type { WatchRecord } from '../watch/file-change.js';
import type { FileState } from './file-state.js';

/** One name in one directory. */
export interface Slot {
  /** The directory's number (`FileState.directory`); 0 is above the root, whose one name is ''. */
  readonly directory: number;
  readonly name: ByteName;
}

export interface StateWrite extends Slot {
  /** Null: nothing is there. */
  readonly entry: FileState | null;
}

/** A record until it is acknowledged, and the name whose entry it is of; null where there is none. */
export interface KeptRecord {
  readonly record: WatchRecord;
  readonly slot: Slot | null;
}

/** What is known of the tree as a whole. */
export interface StateHead {
  /** Names this state among all others; made once, at chance. */
  readonly id: string;
  /** The root that it is of. */
  readonly root: string;
  /** All that was there at the first start has been written. */
  baselined: boolean;
  /** What happened before, in milliseconds since 1970, has been told, or is in the records that come with it. */
  toldUntilMs: number;
  /** Larger than every directory's number that was ever given. */
  nextDirectory: number;
  /** The number of the last record. */
  lastSequence: number;
}

/**
 * The tree as its reader knows it: what was told, with the records that may not have reached him. One process writes.
 * Reads see every write that resolved.
 */
export interface TreeState {
  readonly head: StateHead;
  get(slot: Slot): FileState | undefined;
  /** In the order of the names' bytes. What is written meanwhile may be seen or not. */
  children(directory: number): Iterable<readonly [ByteName, FileState]>;
  /** Takes about a microsecond an entry. */
  all(): Iterable<StateWrite>;
  /** Everything that is a directory, or has several names. */
  directoriesAndLinks(): Iterable<StateWrite>;
  /**
   * Moves on to what records tell, and keeps the records until they are forgotten: all or nothing, durable when it
   * resolves, together with the head.
   */
  write(writes: readonly StateWrite[], records: readonly KeptRecord[]): Promise<void>;
  /** Records that were written and not forgotten, in order. */
  records(): KeptRecord[];
  /** The records up to this number are with whoever reads them. */
  forget(sequence: number): Promise<void>;
  /** The same without waiting for the disk: for the first scan, which is done again if it is cut off. */
  writeFast(writes: readonly StateWrite[]): void;
  close(): Promise<void>;
}
