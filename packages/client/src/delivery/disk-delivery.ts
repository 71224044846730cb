import { join } from 'node:path';
import type { LogOutcome } from '../audit-log.js';
import { Account } from './account.js';
import type {
  Delivery,
  DeliveryOptions,
  DeliveryStats,
  DeliveryWorld,
  DropReason,
  ReadyEvent,
  SpoolOptions,
} from './delivery.js';
import { errorCode } from './error-code.js';
import { eventsOf, type Gap, gapEvent } from './gaps.js';
import { type Hold, held } from './hold.js';
import { Offers } from './offers.js';
import { oldestAgeMs } from './oldest-age.js';
import type { Gzip } from './sending/post-batch.js';
import { Sender } from './sending/sender.js';
import { AdoptedSpools } from './spool/adopted-spools.js';
import type { SpoolFiles } from './spool/files.js';
import { KeptGaps } from './spool/kept-gaps.js';
import { OwnQueue } from './spool/own-queue.js';
import { syncs } from './spool/own-spool.js';
import { HEARTBEAT_MS } from './spool/owner-state.js';
import type { ProcessIdentity } from './spool/process-identity.js';
import { SpoolPump } from './spool/spool-pump.js';
import type { SpoolDamage } from './spool/spool-source.js';

/** How long a spool that could not be opened is left alone. */
const REOPEN_AFTER_MS = 1000;
const DAMAGED_FOLDER = 'damaged';

export interface DiskParts {
  readonly gzip: Gzip | undefined;
  readonly bury: (event: ReadyEvent, code: string, reason: string) => void;
  readonly files: SpoolFiles;
  readonly hold?: Hold | undefined;
  /** A UUID that was never used. */
  readonly newName: () => string;
  readonly self: ProcessIdentity;
}

/** `disk`: an event is in a file when the call returns, and is sent from there by this process or the next. */
export class DiskDelivery implements Delivery {
  readonly #options: DeliveryOptions & { readonly spool: SpoolOptions };
  readonly #world: DeliveryWorld;
  readonly #parts: DiskParts;
  readonly #account: Account;
  readonly #sender: Sender;
  /** Events that the disk did not take. */
  readonly #offers: Offers;
  readonly #gaps: KeptGaps;
  readonly #pump: SpoolPump;
  readonly #adopted: AdoptedSpools;
  #own: OwnQueue | undefined;
  #openProblem = '';
  #reopenAtMs = 0;
  #ownEvents = 0;
  #ownBytes = 0;
  #cancelBeat: (() => void) | undefined;
  #cancelSync: (() => void) | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: DeliveryOptions & { readonly spool: SpoolOptions }, world: DeliveryWorld, parts: DiskParts) {
    this.#options = options;
    this.#world = world;
    this.#parts = parts;
    this.#account = new Account(world);
    this.#gaps = new KeptGaps(world, parts.files);
    this.#sender = this.#makeSender();
    this.#offers = new Offers(this.#sender);
    this.#adopted = new AdoptedSpools({
      root: options.spool.folder,
      damagedFolder: join(options.spool.folder, DAMAGED_FOLDER),
      files: parts.files,
      self: parts.self,
      nowMs: world.nowMs,
      onDamage: (damage) => this.#noteDamage(damage),
    });
    this.#pump = this.#makePump();
    this.#open();
    this.#adopt();
    this.#beat();
  }

  accept(event: ReadyEvent): LogOutcome | Promise<LogOutcome> {
    this.#account.acceptedEvents += 1;
    const { maxBytes, syncIntervalMs } = this.#options.spool;
    if (this.#closing !== undefined) return this.#drop(event, 'closed', 'The client is closed');
    if (this.#ownBytes + this.#adopted.bytes + event.json.length > maxBytes) {
      return this.#drop(event, 'spool_full', 'The spool has its largest size');
    }
    const problem = this.#append(event);
    if (problem !== undefined) return this.#withoutDisk(event, problem);
    if (syncIntervalMs === 0) return this.#synced(event);
    if (syncs(this.#options.spool)) this.#syncWithin(syncIntervalMs);
    return { id: event.id, state: 'spooled' };
  }

  async flush({ signal }: { signal?: AbortSignal } = {}): Promise<void> {
    const settled = Promise.all([this.#own?.settled(signal), this.#offers.settled(signal)]);
    this.#own?.makeDue();
    this.#sender.sendNow();
    await held(this.#parts.hold, settled);
  }

  close(): Promise<void> {
    this.#closing ??= held(this.#parts.hold, this.#close());
    return this.#closing;
  }

  stats(): DeliveryStats {
    return this.#account.snapshot({
      buffered_events: this.#sender.events,
      buffered_bytes: this.#sender.chars,
      spooled_events: this.#ownEvents + this.#adopted.events,
      spooled_bytes: this.#ownBytes + this.#adopted.bytes,
      oldest_waiting_ms: oldestAgeMs(this.#sender.fronts(), this.#world.nowMs()),
    });
  }

  #makeSender(): Sender {
    const options = this.#options;
    return new Sender({
      options,
      world: this.#world,
      account: this.#account,
      gzip: options.compress ? this.#parts.gzip : undefined,
      lingerMs: options.flushIntervalMs,
      requestsPerTenant: 1,
      bury: this.#parts.bury,
      onSettled: (isTaking) => {
        this.#pump.report();
        if (isTaking && !this.#gaps.isEmpty) this.#tellGaps();
      },
    });
  }

  #makePump(): SpoolPump {
    return new SpoolPump({
      sender: this.#sender,
      world: this.#world,
      options: this.#options,
      onRead: (source, events) => this.#adopted.noteRead(source, events),
      onSettled: (source, bytes) => {
        if (this.#adopted.noteSettled(source, bytes)) return;
        this.#ownEvents -= 1;
        this.#ownBytes -= bytes;
      },
      onFinished: (source) => this.#adopted.finish(source),
      onError: (error) => this.#account.failed(errorCode(error), 'The spool cannot be read'),
    });
  }

  /** Begins a spool of our own. Where that fails, it is tried again with a later event. */
  #open(): OwnQueue | undefined {
    if (this.#own !== undefined || this.#world.nowMs() < this.#reopenAtMs) return this.#own;
    const { files, newName, self } = this.#parts;
    const { spool } = this.#options;
    try {
      const own = OwnQueue.open({
        options: this.#options,
        spool,
        world: this.#world,
        files,
        name: newName(),
        self,
        damagedFolder: join(spool.folder, DAMAGED_FOLDER),
        onDamage: (damage) => this.#noteDamage(damage),
        onDue: () => this.#pump.run(),
      });
      this.#own = own;
      this.#gaps.keepIn(own.folder);
      this.#pump.add(own.source, false);
    } catch (error) {
      this.#openProblem = errorCode(error);
      this.#reopenAtMs = this.#world.nowMs() + REOPEN_AFTER_MS;
      this.#account.failed(this.#openProblem, 'The spool cannot be opened');
    }
    return this.#own;
  }

  /** Undefined when it is written; else the code of what was in the way. */
  #append(event: ReadyEvent): string | undefined {
    const own = this.#open();
    if (own === undefined) return this.#openProblem;
    try {
      this.#ownBytes += own.append(event);
    } catch (error) {
      this.#account.failed(errorCode(error), 'The spool cannot be written');
      return errorCode(error);
    }
    this.#ownEvents += 1;
    return undefined;
  }

  /** What the disk does not take, memory does within its bounds. */
  #withoutDisk(event: ReadyEvent, problem: string): LogOutcome {
    const { bufferMaxEvents, bufferMaxBytes } = this.#options;
    const why = `The spool cannot be written (${problem})`;
    const isFull = this.#offers.pending >= bufferMaxEvents || this.#offers.chars + event.json.length > bufferMaxBytes;
    if (isFull) return this.#drop(event, 'disk_error', why);
    this.#offers.offer(event);
    return { id: event.id, state: 'buffered', reason: `${why}; it is kept in memory` };
  }

  #drop({ id, tenant }: ReadyEvent, reason: DropReason, why: string): LogOutcome {
    this.#countLost(reason, 1, tenant);
    return { id, state: 'dropped', reason: why };
  }

  async #synced({ id }: ReadyEvent): Promise<LogOutcome> {
    const problem = await this.#sync();
    if (problem === undefined) return { id, state: 'spooled' };
    return { id, state: 'buffered', reason: `It is written, but perhaps not on stable storage (${problem})` };
  }

  #syncWithin(milliseconds: number): void {
    this.#cancelSync ??= this.#world.after(milliseconds, () => {
      this.#cancelSync = undefined;
      void this.#sync();
    });
  }

  async #sync(): Promise<string | undefined> {
    try {
      await this.#own?.sync();
      return undefined;
    } catch (error) {
      this.#account.failed(errorCode(error), 'The spool cannot be synchronised');
      return errorCode(error);
    }
  }

  /** The server takes events again: now it can be told what was lost. Gives how many gaps were told. */
  #tellGaps(): number {
    const told = this.#gaps.tell((gap) => this.#tellGap(gap));
    if (told > 0) this.#own?.makeDue();
    return told;
  }

  #tellGap(gap: Gap): boolean {
    const event = this.#world.stamp(gapEvent(gap), gap.tenant);
    if (this.#append(event) !== undefined) return false;
    this.#account.notify({ type: 'gap', id: event.id, events: eventsOf(gap) });
    return true;
  }

  #noteDamage({ segment, lines, isTornEnd }: SpoolDamage): void {
    this.#account.notify({ type: 'damage', segment, lines, is_torn_end: isTornEnd });
    this.#countLost('damaged', lines);
  }

  #adopt(): void {
    if (this.#own === undefined || this.#closing !== undefined) return;
    void this.#adopted.look(this.#own.name, ({ folder, source, bytes }) => {
      this.#account.notify({ type: 'adopted', spool: folder.slice(this.#options.spool.folder.length + 1), bytes });
      this.#gaps.adopt(folder);
      this.#pump.add(source, true);
    });
  }

  /** Shows that we live, and looks for those who do not. */
  #beat(): void {
    this.#cancelBeat = this.#world.after(HEARTBEAT_MS, () => {
      const own = this.#own;
      own?.beat(() => {
        if (this.#own === own) this.#replaceOwn();
      });
      this.#adopt();
      this.#beat();
    });
  }

  /** Our folder was removed: what comes next goes to a new one. */
  #replaceOwn(): void {
    this.#account.failed('ENOENT', 'The folder of the spool was removed');
    this.#own?.abandon();
    this.#own = undefined;
    this.#open();
  }

  async #close(): Promise<void> {
    this.#cancelBeat?.();
    const giveUp = new AbortController();
    const cancel = this.#world.after(this.#options.closeTimeoutMs, () => giveUp.abort());
    try {
      await this.#adopted.looked();
      await this.#drain(giveUp.signal);
    } catch {
      // What is in the spool is the next one's.
      if (this.#offers.pending > 0) this.#countLost('closed', this.#offers.pending);
    }
    cancel();
    this.#cancelSync?.();
    this.#own?.stopTimers();
    this.#sender.stop();
    await this.#pump.stop();
    if (syncs(this.#options.spool)) await this.#sync();
    const isEmpty = this.#own?.isSettled === true && this.#adopted.isEmpty && this.#gaps.isEmpty;
    this.#gaps.close();
    await this.#own?.close(isEmpty).catch(() => undefined);
  }

  #countLost(reason: DropReason, events: number, tenant?: string): void {
    this.#account.dropped(events, reason);
    this.#gaps.count(reason, tenant, events);
  }

  /** Until our own spool and those taken over are delivered, and what was lost is told. */
  async #drain(signal: AbortSignal): Promise<void> {
    for (;;) {
      await this.flush({ signal });
      const isMore = (!this.#gaps.isEmpty && this.#tellGaps() > 0) || this.#own?.isSettled === false;
      if (isMore) continue;
      if (this.#adopted.isEmpty) return;
      await this.#adopted.nextFinish(signal);
    }
  }
}
