import type { IdHasher } from '../identity/id-hash.js';
import type { PendingIds } from '../identity/pending-ids.js';
import type { RecentIds } from '../identity/recent-ids.js';
import type { RepeatRule } from '../identity/repeats.js';
import type { Clock } from '../ports/clock.js';
import { PortFailure } from '../ports/failure.js';
import type { Journal } from '../ports/journal.js';
import { positionAfter } from '../ports/position.js';
import type { Registry } from '../ports/registry.js';
import type { EventStore, SealedBatch } from '../ports/store.js';
import { newRecordMemory } from '../records/column-memory.js';
import { type BuiltBatch, buildBatch } from './build-batch.js';
import type { Head } from './head.js';
import { Heads, isConflict, StaleSequencerError } from './heads.js';
import { Pace } from './pace.js';
import { type LoadedState, loadPartitionState, swapPartitionState } from './partition-state.js';
import type { PreparedBatch } from './prepared-batch.js';
import type { Progress } from './progress.js';
import { ReadAhead } from './read-ahead.js';
import { Trimming } from './trimming.js';

export interface SequencerLimits {
  maxBatchBytes: number;
  maxBatchEvents: number;
  maxCachedHeads: number;
  /** How long it keeps the event loop to itself. */
  maxTurnMs?: number;
}

const DEFAULT_MAX_TURN_MS = 4;

export interface SequencerParts {
  journal: Journal;
  registry: Registry;
  store: EventStore;
  hasher: IdHasher;
  recentIds: RecentIds;
  pendingIds: PendingIds;
  progress: Progress;
  rule: RepeatRule;
  limits: SequencerLimits;
  partition: number;
  clock: Clock;
  yieldToLoop: () => Promise<void>;
  /** Called when ids sealed by another sequencer are not in {@link recentIds}; it resets and loads them again. */
  onIdsBehind: () => void;
  /**
   * Called once a batch is fixed and built, before it is written to the store: from here on its rows have their places
   * in the logs for good, whatever is killed (docs/decisions/0012). Called again with the same rows when the batch is
   * carried out again. They are good until it returns. It must not throw.
   */
  onPlaced?: (batch: PlacedBatch) => void;
  /** Called after each commit with the heads that it moved. It must not throw. */
  onSealed?: (heads: ReadonlyMap<string, Pick<Head, 'size'>>) => void;
}

/** The rows of a batch, with their indexes. */
export type PlacedBatch = Pick<SealedBatch, 'tenants' | 'events'>;

/** What one batch did, for metrics and the log. */
export interface SealedBatchSummary {
  through: number;
  events: number;
  repeats: number;
  tenants: number;
  bytes: number;
}

interface PlannedBatch {
  /** That it is fixed. */
  state: LoadedState;
  batch: PreparedBatch;
}

/**
 * Turns the journal into the tenants' logs, batch by batch. Every step can be repeated, by this sequencer or by
 * another one, and after a crash at any point; two of them at once cost work but never disagree, because a batch is
 * fixed before it is begun (see {@link PartitionState}) and everything in it follows from the journal.
 */
export class Sequencer {
  readonly #parts: SequencerParts;
  readonly #heads: Heads;
  readonly #pace: Pace;
  readonly #ahead: ReadAhead;
  readonly #trimming: Trimming;
  readonly #recordMemory = newRecordMemory();
  #loaded: LoadedState | undefined;

  constructor(parts: SequencerParts) {
    const { clock, yieldToLoop, limits, registry, journal } = parts;
    this.#parts = parts;
    this.#heads = new Heads(registry, limits.maxCachedHeads);
    this.#pace = new Pace(clock, yieldToLoop, limits.maxTurnMs ?? DEFAULT_MAX_TURN_MS);
    this.#ahead = new ReadAhead({ ...parts, pace: this.#pace, recordMemory: this.#recordMemory });
    this.#trimming = new Trimming(journal);
  }

  /**
   * Seals what has queued up, or finishes the batch that was begun.
   * Resolves with undefined when there is nothing to seal.
   * A failure leaves everything as it can be taken up again: call once more, after a pause.
   */
  async sealNext(): Promise<SealedBatchSummary | undefined> {
    try {
      this.#trimming.check();
      const planned = await this.#plan();
      return planned && (await this.#seal(planned.state, planned.batch));
    } catch (error) {
      this.forget();
      if (isConflict(error)) return undefined;
      throw error;
    }
  }

  /** Calls back once as much waits as a batch may hold: no reason to let more gather. At once where it does. */
  whenFull(callBack: () => void): void {
    this.#ahead.whenFull(callBack);
  }

  /** Drops what is in memory of the registry, so that the next batch begins from what is stored. */
  forget(): void {
    this.#loaded = undefined;
    this.#heads.forget();
    this.#ahead.forget();
  }

  async #plan(): Promise<PlannedBatch | undefined> {
    const { registry, partition } = this.#parts;
    const loaded = this.#loaded ?? (await loadPartitionState(registry, partition));
    this.#adoptCommitted(loaded.state.committed);
    if (loaded.state.batch !== null) return this.#resume(loaded, loaded.state.batch.through);
    const { committed } = loaded.state;
    const batch = await this.#ahead.next(committed);
    if (batch.through === committed) {
      this.#loaded = await this.#rest(loaded);
      this.#ahead.begin(this.#loaded.state.committed);
      return undefined;
    }
    const next = { committed, batch: { through: batch.through } };
    return { state: await swapPartitionState(registry, partition, next, loaded.revision), batch };
  }

  /** The journal is empty: perhaps because another sequencer has sealed and trimmed what was in it. */
  async #rest(loaded: LoadedState): Promise<LoadedState> {
    // What was not in memory has been read just now.
    if (this.#loaded === undefined) return loaded;
    const now = await loadPartitionState(this.#parts.registry, this.#parts.partition);
    if (now.revision !== loaded.revision) {
      this.#heads.forget();
      this.#adoptCommitted(now.state.committed);
    }
    return now;
  }

  /** Reads the chunks of a batch that was fixed before. */
  async #resume(loaded: LoadedState, through: number): Promise<PlannedBatch> {
    const { registry, partition } = this.#parts;
    const { committed } = loaded.state;
    const batch = await this.#ahead.exactly(committed, through);
    // Chunks of a committed batch may be trimmed while they are read: only an unchanged state says they were whole.
    const now = await loadPartitionState(registry, partition);
    if (now.revision !== loaded.revision) throw new StaleSequencerError('the batch was finished by another sequencer');
    if (batch.through !== through) {
      throw new PortFailure('corrupt', `The journal has lost chunks between ${committed} and ${through}`);
    }
    return { state: loaded, batch };
  }

  async #seal(planned: LoadedState, batch: PreparedBatch): Promise<SealedBatchSummary> {
    const { registry, partition } = this.#parts;
    const { committed } = planned.state;
    const { through } = batch;
    const built = await this.#build(batch, committed);
    this.#ahead.begin(through);
    if (built.records.length > 0) this.#parts.onPlaced?.(built);
    await this.#write(built, committed, `${partition}-${through}`);
    this.#loaded = await swapPartitionState(registry, partition, { committed: through, batch: null }, planned.revision);
    this.#publish(batch, built);
    // Only now: what a failed insert was given may be read yet.
    this.#giveBack(batch, built);
    await this.#trimming.begin(through);
    return {
      through,
      events: built.records.length,
      repeats: batch.records.count - built.records.length,
      tenants: built.heads.size,
      bytes: built.events.entries.length,
    };
  }

  #giveBack({ records }: PreparedBatch, { events }: BuiltBatch): void {
    this.#recordMemory.entries.giveBack(records.entries, events.entries.length);
    this.#recordMemory.sealed.giveBack(records.sealed, events.sealed.length);
  }

  #build(batch: PreparedBatch, committed: number): Promise<BuiltBatch> {
    const context = { ...this.#parts, pace: this.#pace };
    return buildBatch(batch, committed, (tenants) => this.#heads.load(tenants, committed), context);
  }

  /**
   * Rows and heads side by side: neither counts before the batch is committed, and whoever finds one without the other
   * repeats both. A failure is told when both have ended, so that nothing of this batch comes after what follows.
   */
  async #write(built: BuiltBatch, committed: number, token: string): Promise<void> {
    if (built.records.length === 0) return;
    const { tenants, events, nodes, heads } = built;
    const written = await Promise.allSettled([
      this.#heads.write(heads, committed),
      this.#parts.store.insert({ token, tenants, events, nodes }),
    ]);
    for (const outcome of written) if (outcome.status === 'rejected') throw outcome.reason;
  }

  #publish(batch: PreparedBatch, built: BuiltBatch): void {
    const { recentIds, pendingIds, progress, onSealed } = this.#parts;
    const hash = { high: 0, low: 0 };
    for (const record of built.records) {
      batch.idHash(record, hash);
      recentIds.add(hash, batch.records.receivedAtNs[record]!);
    }
    progress.advance(batch.through);
    pendingIds.forgetBefore(positionAfter(batch.through));
    onSealed?.(built.heads);
  }

  /** Catches up with what another sequencer has sealed. */
  #adoptCommitted(committed: number): void {
    const { progress, pendingIds, onIdsBehind } = this.#parts;
    const behind = committed > progress.sealedThrough;
    progress.advance(committed);
    // Only now: what is loaded again reaches as far as the progress says.
    if (behind) onIdsBehind();
    pendingIds.forgetBefore(positionAfter(committed));
  }
}
