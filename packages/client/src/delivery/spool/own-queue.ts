import type { DeliveryOptions, DeliveryWorld, ReadyEvent, SpoolOptions } from '../delivery.js';
import { FlushBarriers } from '../flush-barriers.js';
import type { SpoolFiles } from './files.js';
import { OwnSpool } from './own-spool.js';
import type { ProcessIdentity } from './process-identity.js';
import { placeOf, type SpoolPosition } from './segment-name.js';
import { type SpoolDamage, SpoolSource } from './spool-source.js';
import { SyncGroup } from './sync-group.js';

export interface OwnQueueParts {
  readonly options: Pick<DeliveryOptions, 'flushEvents' | 'flushIntervalMs' | 'batchMaxBytes'>;
  readonly spool: SpoolOptions;
  readonly world: Pick<DeliveryWorld, 'after' | 'nowMs'>;
  readonly files: SpoolFiles;
  readonly name: string;
  readonly self: ProcessIdentity;
  readonly damagedFolder: string;
  readonly onDamage: (damage: SpoolDamage) => void;
  /** More of it may be read. */
  readonly onDue: () => void;
}

/** Our own spool from both ends: events are appended, gather for a while, and may be read together. */
export class OwnQueue {
  readonly source: SpoolSource;
  readonly #parts: OwnQueueParts;
  readonly #spool: OwnSpool;
  readonly #barriers = new FlushBarriers();
  readonly #syncs: SyncGroup;
  /** So far it may be read: what is behind waits for others to go with. */
  #due: SpoolPosition;
  #undueEvents = 0;
  #undueBytes = 0;
  #cancelLinger: (() => void) | undefined;

  /** @throws what the file system says */
  static open(parts: OwnQueueParts): OwnQueue {
    return new OwnQueue(parts, OwnSpool.open({ ...parts, options: parts.spool }));
  }

  private constructor(parts: OwnQueueParts, spool: OwnSpool) {
    this.#parts = parts;
    this.#spool = spool;
    this.#syncs = new SyncGroup(() => spool.sync());
    this.#due = spool.position;
    this.source = new SpoolSource({
      folder: spool.folder,
      damagedFolder: parts.damagedFolder,
      files: parts.files,
      written: () => this.#due,
      onDamage: parts.onDamage,
      onReach: (position) => this.#barriers.reach(placeOf(position)),
    });
  }

  get name(): string {
    return this.#spool.name;
  }

  get folder(): string {
    return this.#spool.folder;
  }

  /** Whether all that was appended is settled. */
  get isSettled(): boolean {
    return this.#barriers.hasReached(placeOf(this.#spool.position));
  }

  /** Gives the bytes that the event takes. @throws what the file system says; then nothing of the event stays */
  append(event: ReadyEvent): number {
    const bytes = this.#spool.append(event);
    this.#undueEvents += 1;
    this.#undueBytes += bytes;
    const { flushEvents, batchMaxBytes, flushIntervalMs } = this.#parts.options;
    if (this.#undueEvents >= flushEvents || this.#undueBytes >= batchMaxBytes) this.makeDue();
    else this.#cancelLinger ??= this.#parts.world.after(flushIntervalMs, () => this.makeDue());
    return bytes;
  }

  /** Lets all that is there be read. */
  makeDue(): void {
    this.#cancelLinger?.();
    this.#cancelLinger = undefined;
    this.#undueEvents = 0;
    this.#undueBytes = 0;
    this.#due = this.#spool.position;
    this.#parts.onDue();
  }

  /** Resolves when all that was appended before is settled. @throws the signal's reason when that is aborted first */
  settled(signal?: AbortSignal): Promise<void> {
    // Where nothing was ever appended, nothing will be reached.
    if (this.#spool.position.segment === 0) return Promise.resolve();
    return this.#barriers.wait(placeOf(this.#spool.position), signal);
  }

  /** Resolves when all that was appended before is on stable storage. @throws what the system says */
  sync(): Promise<void> {
    return this.#syncs.sync();
  }

  beat(onLost: () => void): void {
    this.#spool.beat(this.#parts.world.nowMs(), onLost);
  }

  /** The folder is gone: nobody needs to wait for it any more. */
  abandon(): void {
    this.makeDue();
    this.#barriers.reach(Number.POSITIVE_INFINITY);
  }

  stopTimers(): void {
    this.#cancelLinger?.();
  }

  /** Gives files and the lock back. `isEmpty`: nothing in it is worth keeping. */
  close(isEmpty: boolean): Promise<void> {
    return this.#spool.close(isEmpty);
  }
}
