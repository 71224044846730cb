import type { IdHasher } from '../identity/id-hash.js';
import type { PendingIds } from '../identity/pending-ids.js';
import type { RecentIds } from '../identity/recent-ids.js';
import type { RepeatRule } from '../identity/repeats.js';
import { PortFailure } from '../ports/failure.js';
import type { Journal, JournalChunk } from '../ports/journal.js';
import { positionAfter } from '../ports/position.js';
import type { Registry } from '../ports/registry.js';
import type { EventStore } from '../ports/store.js';
import { recordCount } from '../records/record-codec.js';
import { type BatchContext, type BuiltBatch, buildBatch } from './build-batch.js';
import { Heads, isConflict, StaleSequencerError } from './heads.js';
import { type LoadedState, loadPartitionState, swapPartitionState } from './partition-state.js';
import type { Progress } from './progress.js';

export interface SequencerLimits {
  maxBatchBytes: number;
  maxBatchEvents: number;
  maxCachedHeads: number;
}

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
  yieldToLoop: () => Promise<void>;
  /** Called when ids sealed by another sequencer are not in {@link recentIds}; it resets and loads them again. */
  onIdsBehind: () => void;
}

/** What one batch did, for metrics and the log. */
export interface SealedBatchSummary {
  through: number;
  events: number;
  repeats: number;
  tenants: number;
  bytes: number;
}

/**
 * Turns the journal into the tenants' logs, batch by batch. Every step can be repeated, by this sequencer or by
 * another one, and after a crash at any point; two of them at once cost work but never disagree, because a batch is
 * fixed before it is begun (see {@link PartitionState}) and everything in it follows from the journal.
 */
export class Sequencer {
  readonly #parts: SequencerParts;
  readonly #heads: Heads;
  #loaded: LoadedState | undefined;

  constructor(parts: SequencerParts) {
    this.#parts = parts;
    this.#heads = new Heads(parts.registry, parts.limits.maxCachedHeads);
  }

  /**
   * Seals what has queued up, or finishes the batch that was begun.
   * Resolves with undefined when there is nothing to seal.
   * A failure leaves everything as it can be taken up again: call once more, after a pause.
   */
  async sealNext(): Promise<SealedBatchSummary | undefined> {
    try {
      const planned = await this.#plan();
      return planned && (await this.#seal(planned.state, planned.chunks));
    } catch (error) {
      this.forget();
      if (isConflict(error)) return undefined;
      throw error;
    }
  }

  /** Drops what is in memory of the registry, so that the next batch begins from what is stored. */
  forget(): void {
    this.#loaded = undefined;
    this.#heads.forget();
  }

  async #plan(): Promise<{ state: LoadedState; chunks: JournalChunk[] } | undefined> {
    const { journal, registry, partition, limits } = this.#parts;
    const loaded = this.#loaded ?? (await loadPartitionState(registry, partition));
    this.#adoptCommitted(loaded.state.committed);
    if (loaded.state.batch !== null) return this.#resume(loaded, loaded.state.batch.through);
    const queued = await journal.read(loaded.state.committed, limits.maxBatchBytes);
    const chunks = firstEvents(queued, limits.maxBatchEvents);
    const last = chunks.at(-1);
    if (last === undefined) {
      await this.#rest(loaded);
      return undefined;
    }
    const state = await swapPartitionState(
      registry,
      partition,
      { committed: loaded.state.committed, batch: { through: last.sequence } },
      loaded.revision,
    );
    return { state, chunks };
  }

  /** The journal is empty: perhaps because another sequencer has sealed and trimmed what was in it. */
  async #rest(loaded: LoadedState): Promise<void> {
    const isOfLate = this.#loaded === undefined;
    this.#loaded = isOfLate ? loaded : await loadPartitionState(this.#parts.registry, this.#parts.partition);
    if (this.#loaded.revision === loaded.revision) return;
    this.#heads.forget();
    this.#adoptCommitted(this.#loaded.state.committed);
  }

  /** Reads the chunks of a batch that was fixed before. */
  async #resume(loaded: LoadedState, through: number): Promise<{ state: LoadedState; chunks: JournalChunk[] }> {
    const { journal, registry, partition, limits } = this.#parts;
    const chunks: JournalChunk[] = [];
    let after = loaded.state.committed;
    while (after < through) {
      const more = (await journal.read(after, limits.maxBatchBytes)).filter(({ sequence }) => sequence <= through);
      if (more.length === 0) break;
      chunks.push(...more);
      after = more.at(-1)!.sequence;
    }
    // Chunks of a committed batch may be trimmed while they are read: only an unchanged state says they were whole.
    const now = await loadPartitionState(registry, partition);
    if (now.revision !== loaded.revision) throw new StaleSequencerError('the batch was finished by another sequencer');
    if (after !== through) {
      throw new PortFailure('corrupt', `The journal has lost chunks between ${loaded.state.committed} and ${through}`);
    }
    return { state: loaded, chunks };
  }

  async #seal(planned: LoadedState, chunks: readonly JournalChunk[]): Promise<SealedBatchSummary> {
    const { store, registry, partition } = this.#parts;
    const { committed, batch } = planned.state;
    const through = batch!.through;
    const built = await this.#build(chunks, committed, through);
    if (built.events.length > 0) {
      await store.insert({ token: `${partition}-${through}`, events: built.events, nodes: built.nodes });
      await this.#heads.write(built.heads, committed);
    }
    this.#loaded = await swapPartitionState(registry, partition, { committed: through, batch: null }, planned.revision);
    this.#publish(built, through);
    await this.#trim(through);
    return {
      through,
      events: built.events.length,
      repeats: built.repeats,
      tenants: built.heads.size,
      bytes: built.events.reduce((sum, { entry }) => sum + entry.length, 0),
    };
  }

  async #build(chunks: readonly JournalChunk[], committed: number, through: number): Promise<BuiltBatch> {
    const { store, recentIds, hasher, rule, yieldToLoop } = this.#parts;
    const context: BatchContext = { store, recentIds, hasher, rule, yieldToLoop };
    const loadHeads = (tenants: readonly string[]) => this.#heads.load(tenants, committed);
    return buildBatch(chunks, committed, through, loadHeads, context);
  }

  #publish(built: BuiltBatch, through: number): void {
    const { recentIds, pendingIds, progress } = this.#parts;
    for (const { hash, receivedAtNs } of built.sealed) recentIds.add(hash, receivedAtNs);
    progress.advance(through);
    pendingIds.forgetBefore(positionAfter(through));
  }

  /** The batch is sealed whatever becomes of this: chunks that stay are trimmed with the next batch. */
  async #trim(through: number): Promise<void> {
    try {
      await this.#parts.journal.trim(through);
    } catch (error) {
      if (!(error instanceof PortFailure) || error.kind === 'corrupt') throw error;
    }
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

/** As many whole chunks from the start as hold no more than this many events; at least one if there is any. */
function firstEvents(chunks: readonly JournalChunk[], maxEvents: number): JournalChunk[] {
  let events = 0;
  const end = chunks.findIndex(({ bytes }, i) => {
    events += recordCount(bytes);
    return i > 0 && events > maxEvents;
  });
  return end === -1 ? [...chunks] : chunks.slice(0, end);
}
