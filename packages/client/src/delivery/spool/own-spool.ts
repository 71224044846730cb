import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ReadyEvent, SpoolOptions } from '../delivery.js';
import type { SpoolFiles } from './files.js';
import { OwnerLock } from './owner-lock.js';
import { OWNER_FILE, type Owner } from './owner-state.js';
import type { ProcessIdentity } from './process-identity.js';
import { removeSpool } from './remove-spool.js';
import { type SpoolPosition, segmentName } from './segment-name.js';
import { SegmentWriter } from './segment-writer.js';
import { syncFolder } from './sync-folder.js';

export interface OwnSpoolParts {
  readonly options: SpoolOptions;
  readonly files: SpoolFiles;
  /** A UUID that no spool has ever had. */
  readonly name: string;
  readonly self: ProcessIdentity;
}

/**
 * The spool that this process writes: a folder of its own below the shared one, with its lock, so that nobody else
 * touches it while we live. It gets its name once it is locked: whoever sees it by that name can ask for the lock.
 */
export class OwnSpool {
  readonly name: string;
  readonly #root: string;
  readonly #files: SpoolFiles;
  readonly #writer: SegmentWriter;
  readonly #lock: OwnerLock | undefined;
  /** The last segment whose name is on stable storage. */
  #syncedSegment = 0;

  /** @throws what the file system says */
  static open({ options, files, name, self }: OwnSpoolParts): OwnSpool {
    const unfinished = join(options.folder, `new-${name}`);
    files.mkdirSync(unfinished, { recursive: true, mode: 0o700 });
    const lock = OwnerLock.take(unfinished);
    try {
      const owner: Owner = { ...self, lock: lock === undefined ? 'process' : 'socket' };
      const fd = files.openSync(join(unfinished, OWNER_FILE), 'wx', 0o600);
      try {
        files.writeSync(fd, JSON.stringify(owner));
      } finally {
        files.closeSync(fd);
      }
      files.renameSync(unfinished, join(options.folder, name));
    } catch (error) {
      void lock?.release();
      // It holds no event yet; and a disk that stays full must not gather such folders.
      files.rmSync(unfinished, { recursive: true, force: true });
      throw error;
    }
    return new OwnSpool(name, options, files, lock);
  }

  private constructor(name: string, options: SpoolOptions, files: SpoolFiles, lock: OwnerLock | undefined) {
    this.name = name;
    this.#root = options.folder;
    this.#files = files;
    this.#lock = lock;
    this.#writer = new SegmentWriter(this.folder, files, {
      segmentMaxBytes: options.segmentMaxBytes,
      keepsRetired: syncs(options),
    });
  }

  get folder(): string {
    return join(this.#root, this.name);
  }

  get position(): SpoolPosition {
    return this.#writer.position;
  }

  /** Forces what is written to stable storage, the names of the files included. @throws what the system says */
  async sync(): Promise<void> {
    const { segment } = this.#writer.position;
    const { fd } = this.#writer;
    if (fd === undefined) return;
    const retired = this.#writer.takeRetired();
    try {
      for (const one of [...retired, fd]) await promisify(this.#files.fdatasync)(one);
    } finally {
      for (const one of retired) this.#files.closeSync(one);
    }
    if (segment === this.#syncedSegment) return;
    await syncFolder(this.folder);
    if (this.#syncedSegment === 0) await syncFolder(this.#root);
    this.#syncedSegment = segment;
  }

  /** Gives the bytes that the event takes. @throws what the file system says; then nothing of the event stays */
  append(event: ReadyEvent): number {
    return this.#writer.append(event);
  }

  /** Shows that we live to whoever has no other way to find out. `onLost`: the folder is gone. */
  beat(nowMs: number, onLost: () => void): void {
    const at = new Date(nowMs);
    this.#files.utimes(join(this.folder, OWNER_FILE), at, at, (error) => {
      if (error?.code === 'ENOENT') onLost();
    });
  }

  /** Gives the lock back. What is left is the next one's; `isDelivered`: nothing that is written is needed any more. */
  async close(isDelivered: boolean): Promise<void> {
    const { segment } = this.#writer.position;
    this.#writer.close();
    if (isDelivered) {
      if (segment > 0) this.#files.rmSync(join(this.folder, segmentName(segment)), { force: true });
      await removeSpool(this.folder);
    }
    await this.#lock?.release();
  }
}

/** No timer runs for longer. */
const TIMER_MAX_MS = 2 ** 31 - 1;

/** Whether a spool is forced to stable storage at all, or left to the system. */
export function syncs({ syncIntervalMs }: SpoolOptions): boolean {
  return syncIntervalMs <= TIMER_MAX_MS;
}
