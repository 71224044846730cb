import { randomBytes } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { openLmdbTreeState } from '../state/lmdb-tree-state.js';
import type { TreeState } from '../state/tree-state.js';
import { type ByteName, fromText, readable, rootName } from './byte-name.js';
import { inodeOf } from './directories.js';
import type { Change, FileKind, FileStat, WatchRecord } from './file-change.js';
import { RecordMaker } from './record-maker.js';
import { RecordQueue } from './record-queue.js';
import { sameContent } from './stat-difference.js';
import { systemKernel } from './system-kernel.js';
import { fileSystemReader, type TreeReader } from './tree-reader.js';
import { WatchEngine } from './watch-engine.js';
import type { WatchKernel } from './watch-kernel.js';
import { WatchLoop } from './watch-loop.js';

export interface WatchOptions {
  /** Where it is kept what was handed over and acknowledged; one folder for one root. Made where it is absent. */
  readonly stateFolder: string;
  /** Whether what is there at the very first start is reported as created (`at-start`). Default `quiet`. */
  readonly baseline?: 'quiet' | 'report';
  /** A path relative to the root that is none of the monitor's business; an ignored directory is not entered. */
  readonly ignored?: (path: string, kind: FileKind) => boolean;
  /** How long notices are gathered. What a program does to save a file is one change within that time. Default 50. */
  readonly settleMs?: number;
  /** How often what cannot be watched is compared. Default 2,000; more where a comparison takes long. */
  readonly pollMs?: number;
  /** Records that were not acknowledged, at most; then the watch waits for its reader. Default 65,536. */
  readonly maxUnacknowledged?: number;
  /** Notices that wait, at most; beyond that the tree is compared. Default 500,000. */
  readonly maxNotices?: number;
  /** The system, which tests put another in the place of. */
  readonly system?: Partial<WatchedSystem>;
}

export interface WatchedSystem {
  readonly kernel: (root: ByteName) => WatchKernel | Promise<WatchKernel>;
  readonly reader: TreeReader;
  readonly state: (folder: string, root: string) => TreeState;
  readonly nowMs: () => number;
  readonly timer: (ms: number, then: () => void) => () => void;
}

export interface WatchStats {
  readonly directories: number;
  readonly watches: number;
  /** Directories that could not be watched, and are compared from time to time. */
  readonly unwatched: number;
  readonly changes: number;
  readonly gaps: number;
  readonly openGaps: number;
  readonly undelivered: number;
  readonly unacknowledged: number;
  readonly waitingNotices: number;
}

/** What changes below a folder, as it is found. */
export interface TreeWatch extends AsyncIterable<WatchRecord> {
  /** The first comparison is done and everything is watched; rejects where it failed. */
  readonly ready: Promise<void>;
  /** This record and all before it are safe with the reader; what is not acknowledged is told again at the next start. */
  acknowledge(sequence: number): void;
  /** SHA-256 of the content that a record speaks of, before it is acknowledged; comes back as `before.checksum`. */
  noteChecksum(record: WatchRecord, checksum: Uint8Array): void;
  /** The same for a file that is there without a record; of use only as long as it is the file that was read. */
  noteBaselineChecksum(path: string, checksum: Uint8Array, readAs: ReadAs): void;
  /**
   * Where what a record speaks of is by now, as far as notices have been read: directories above it may have been renamed
   * since, which is told later. Of a record that is not acknowledged; undefined where its directory is gone.
   */
  placeOf(record: WatchRecord): PlaceNow | undefined;
  /** What was noted of the content that is there. */
  checksumOf(path: string): Uint8Array | null;
  /** The notices of everything that has happened have been read. As long as the queue is full, none are. */
  caughtUp(): Promise<void>;
  /** Everything that has happened is in the queue of records. Do not wait for it with the queue full. */
  settled(): Promise<void>;
  /** Compares the whole tree now (`rescan`). Differences found. */
  rescan(): Promise<number>;
  stats(): WatchStats;
  /** Stops watching; the iteration ends with what was seen. Records can still be noted and acknowledged until it is closed. */
  end(): Promise<void>;
  /** Ends, and lets go of the state. What was not acknowledged is told again at the next start. */
  close(): Promise<void>;
}

/** Relative to the root. */
export interface PlaceNow extends Pick<Change, 'path' | 'pathBytes'> {
  /** Tells whether the directory that lies there is the one that is meant; undefined while that is not known. */
  readonly directoryInode: bigint | undefined;
}

/** Which content was read. */
export type ReadAs = Pick<FileStat, 'inode' | 'sizeBytes' | 'modifiedNs'>;

const SLICE_MS = 10;

/**
 * Watches a folder and everything below it. Replaying its records in order gives the tree that is there; what could not
 * be seen is covered by a gap record. Throws ROOT_MISSING, STATE_OF_OTHER_ROOT, and what the system says.
 */
export async function watchTree(root: string, options: WatchOptions): Promise<TreeWatch> {
  const path = realpathSync(root);
  const system = { ...realSystem, ...options.system };
  const { nowMs } = system;
  const state = system.state(options.stateFolder, path);
  const kernel = await system.kernel(rootName(path));
  const maxUnacknowledged = options.maxUnacknowledged ?? 65_536;
  const queue = new RecordQueue({
    maxUnacknowledged,
    kept: state.records(),
    store: {
      async keep(writes, kept) {
        await state.write(writes, kept);
        engine.model.written(writes);
      },
      forget: (sequence) => state.forget(sequence),
    },
  });
  const records = new RecordMaker({
    stateId: state.head.id,
    run: randomBytes(8).toString('hex'),
    queue,
    nowMs,
    lastSequence: state.head.lastSequence,
  });
  const engine = new WatchEngine({
    ...{ root: rootName(path), kernel, reader: system.reader, state, records, nowMs },
    ignored: ignoring(options.ignored),
    pause: pauses(queue),
  });
  const loop = new WatchLoop({
    ...{ engine, kernel, queue, nowMs, timer: system.timer },
    settleMs: options.settleMs ?? 50,
    pollMs: options.pollMs ?? 2_000,
    maxNotices: options.maxNotices ?? 500_000,
  });
  loop.start();
  const ready = loop.do(() => begin({ engine, state, queue }, options.baseline ?? 'quiet'));
  ready.catch((error: Error) => queue.fail(error));
  return new RunningWatch({ ready, queue, engine, records, loop, kernel, state });
}

const realSystem: WatchedSystem = {
  kernel: systemKernel,
  reader: fileSystemReader,
  state: (folder, root) =>
    openLmdbTreeState({ folder, root, nowMs: Date.now, newId: () => randomBytes(16).toString('hex') }),
  nowMs: Date.now,
  timer(ms, then) {
    const timeout = setTimeout(then, ms);
    return () => clearTimeout(timeout);
  },
};

async function begin(
  { engine, state, queue }: Pick<RunningParts, 'engine' | 'state' | 'queue'>,
  baseline: 'quiet' | 'report',
): Promise<void> {
  if (state.head.baselined) {
    await engine.compareWithLastRun();
    return;
  }
  if (baseline === 'report') {
    await engine.compareWithState('at-start', true);
    state.head.baselined = true;
  } else await engine.baseline();
  // What it says is told is on the disk before it says so. A write that began earlier and ends later has the head as it
  // was then: without this, it would be the last word.
  await queue.secured();
  await state.write([], []);
}

function ignoring(ignored: WatchOptions['ignored']): (path: ByteName, isDirectory: boolean) => boolean {
  if (ignored === undefined) return () => false;
  return (path, isDirectory) => ignored(readable(path).text, isDirectory ? 'directory' : 'file');
}

/** Long work is done in slices, and waits for room in the queue. */
function pauses(queue: RecordQueue): () => Promise<void> | undefined {
  let beganMs = performance.now();
  return () => {
    if (performance.now() - beganMs < SLICE_MS) return undefined;
    return nextTurn()
      .then(() => queue.room())
      .then(() => {
        beganMs = performance.now();
      });
  };
}

interface RunningParts {
  readonly ready: Promise<void>;
  readonly queue: RecordQueue;
  readonly engine: WatchEngine;
  readonly records: RecordMaker;
  readonly loop: WatchLoop;
  readonly kernel: WatchKernel;
  readonly state: TreeState;
}

class RunningWatch implements TreeWatch {
  readonly #parts: RunningParts;
  readonly ready: Promise<void>;
  #ending: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  constructor(parts: RunningParts) {
    this.#parts = parts;
    this.ready = parts.ready;
  }

  acknowledge(sequence: number): void {
    this.#parts.queue.acknowledge(sequence);
  }

  noteChecksum(record: WatchRecord, checksum: Uint8Array): void {
    const slot = this.#parts.queue.find(record.sequence)?.slot;
    if (!slot || record.type === 'gap') return;
    const { model } = this.#parts.engine;
    const directory = model.directories.byNumber(slot.directory);
    const now = directory === undefined ? undefined : model.entry(directory, slot.name);
    if (!now?.stat || !record.stat || !sameContent(now.stat, record.stat)) return;
    this.#parts.queue.quietly(model.set(directory!, slot.name, { ...now, checksum }));
  }

  placeOf(record: WatchRecord): PlaceNow | undefined {
    const slot = this.#parts.queue.find(record.sequence)?.slot;
    const { model } = this.#parts.engine;
    const directory = slot ? model.directories.byNumber(slot.directory) : undefined;
    if (!slot || directory === undefined) return undefined;
    const { text, bytes } = readable(model.pathOf(directory, slot.name));
    const directoryInode = directory.inode === null ? undefined : inodeOf(directory.inode);
    return { path: text, ...(bytes === undefined ? {} : { pathBytes: bytes }), directoryInode };
  }

  noteBaselineChecksum(path: string, checksum: Uint8Array, { inode, sizeBytes, modifiedNs }: ReadAs): void {
    const { model } = this.#parts.engine;
    const found = model.find(fromText(path));
    const stat = found?.entry.stat;
    if (!found || !stat || stat.inode !== inode || stat.sizeBytes !== sizeBytes || stat.modifiedNs !== modifiedNs)
      return;
    this.#parts.queue.quietly(model.set(found.directory, found.name, { ...found.entry, checksum }));
  }

  checksumOf(path: string): Uint8Array | null {
    return this.#parts.engine.model.find(fromText(path))?.entry.checksum ?? null;
  }

  caughtUp(): Promise<void> {
    return this.#parts.loop.settled('read');
  }

  async settled(): Promise<void> {
    await this.ready;
    await this.#parts.loop.settled('told');
    await this.#parts.queue.secured();
  }

  rescan(): Promise<number> {
    const { loop, engine } = this.#parts;
    return loop.do(() => engine.compareAll([engine.model.root], 'rescan'));
  }

  stats(): WatchStats {
    const { engine, records, queue, loop } = this.#parts;
    return {
      directories: engine.model.directories.count,
      watches: engine.model.directories.watchCount,
      unwatched: engine.watcher.unwatched.size,
      ...records.counts,
      undelivered: queue.undelivered,
      unacknowledged: queue.unacknowledged,
      waitingNotices: loop.waitingNotices,
    };
  }

  end(): Promise<void> {
    this.#ending ??= this.#end();
    return this.#ending;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #end(): Promise<void> {
    const { loop, kernel } = this.#parts;
    await loop.stop();
    await kernel.close();
  }

  async #close(): Promise<void> {
    const { queue, state } = this.#parts;
    await this.end();
    const isSecured = await queue.secured().then(
      () => true,
      () => false,
    );
    // Until when all is told, which may be later than the last change.
    if (isSecured) await state.write([], []);
    await state.close();
  }

  [Symbol.asyncIterator](): AsyncIterator<WatchRecord> {
    return { next: () => this.#parts.queue.next() };
  }
}
