import { MemoryClock } from '../src/adapters/memory/memory-clock.js';
import { openMemoryJournal } from '../src/adapters/memory/memory-journal.js';
import { openMemoryObjects } from '../src/adapters/memory/memory-objects.js';
import { openMemoryRegistry } from '../src/adapters/memory/memory-registry.js';
import { openMemoryStore } from '../src/adapters/memory/memory-store.js';
import { MemoryWorld } from '../src/adapters/memory/memory-world.js';
import { IdHasher } from '../src/identity/id-hash.js';
import { PendingIds } from '../src/identity/pending-ids.js';
import { RecentIds } from '../src/identity/recent-ids.js';
import type { RepeatRule } from '../src/identity/repeats.js';
import { InlineAdmitter } from '../src/intake/admitter.js';
import { Intake } from '../src/intake/intake.js';
import type { SealingKeySource } from '../src/intake/sealing-keys.js';
import type { Journal } from '../src/ports/journal.js';
import type { Objects } from '../src/ports/objects.js';
import type { Registry } from '../src/ports/registry.js';
import type { EventStore } from '../src/ports/store.js';
import { encodeChunks } from '../src/records/record-codec.js';
import { Progress } from '../src/sequencer/progress.js';
import { Sequencer, type SequencerLimits, type SequencerParts } from '../src/sequencer/sequencer.js';
import { UNLIMITED } from '../src/tenants/plans.js';
import type { Quotas } from '../src/tenants/quotas.js';
import { soleQuotas } from '../src/tenants/sole-quotas.js';
import { TenantDirectory } from '../src/tenants/tenant-directory.js';
import { type SampleRecord, sampleRecord, sha256 } from './sample-records.js';

const DAY_NS = 86_400_000_000_000n;

export const RULE: RepeatRule = { windowNs: 7n * DAY_NS, maxFutureSkewNs: 300_000_000_000n };

export interface PipelinePorts {
  journal: Journal;
  registry: Registry;
  store: EventStore;
  objects: Objects;
}

export interface PipelineOptions {
  world?: MemoryWorld;
  /** In the place of plain handles on the world. */
  ports?: Partial<PipelinePorts>;
  limits?: Partial<SequencerLimits>;
  clock?: MemoryClock;
  /** What is done with all events, as `rulesText` writes it. */
  rules?: string | undefined;
  sealingKeys?: SealingKeySource;
  onPlaced?: NonNullable<SequencerParts['onPlaced']>;
  onSealed?: NonNullable<SequencerParts['onSealed']>;
  /** Called when the sequencer finds that something was sealed of which it has not told. */
  onBehind?: () => void;
}

/** One process's journal, sequencer and intake over a world in memory, driven by hand. */
export class MemoryPipeline {
  readonly world: MemoryWorld;
  readonly ports: PipelinePorts;
  readonly clock: MemoryClock;
  readonly progress = new Progress();
  readonly pendingIds = new PendingIds();
  readonly recentIds = new RecentIds({ windowNs: RULE.windowNs, maxBytes: 1 << 28 });
  readonly hasher = new IdHasher(7);
  readonly tenants: TenantDirectory;
  readonly quotas: Quotas;
  readonly sequencer: Sequencer;
  readonly intake: Intake;
  /** How often the sequencer said that ids were sealed elsewhere, with the progress at that moment. */
  readonly idsBehind: number[] = [];
  #madeIds = 0;

  constructor(options: PipelineOptions = {}) {
    const { world = new MemoryWorld(), ports = {}, limits = {}, clock = new MemoryClock() } = options;
    this.world = world;
    this.clock = clock;
    this.ports = {
      journal: openMemoryJournal(world.journal),
      registry: openMemoryRegistry(world.registry),
      store: openMemoryStore(world.store),
      objects: openMemoryObjects(world.objects),
      ...ports,
    };
    this.recentIds.loaded(this.recentIds.reset(undefined));
    this.tenants = new TenantDirectory({ registry: this.ports.registry, clock });
    this.quotas = soleQuotas({
      ...this.ports,
      clock,
      progress: this.progress,
      plans: UNLIMITED,
      onThreshold: () => undefined,
    });
    const shared = {
      ...this.ports,
      hasher: this.hasher,
      recentIds: this.recentIds,
      pendingIds: this.pendingIds,
      progress: this.progress,
      rule: RULE,
      clock,
      yieldToLoop: () => Promise.resolve(),
    };
    this.sequencer = new Sequencer({
      ...shared,
      limits: { maxBatchBytes: 1 << 24, maxBatchEvents: 50_000, maxCachedHeads: 100, ...limits },
      partition: 0,
      ...(options.onPlaced === undefined ? {} : { onPlaced: options.onPlaced }),
      ...(options.onSealed === undefined ? {} : { onSealed: options.onSealed }),
      onIdsBehind: () => {
        this.idsBehind.push(this.progress.sealedThrough);
        options.onBehind?.();
        // As if the load never ended: everything is looked up in the store.
        this.recentIds.reset(undefined);
      },
    });
    this.intake = new Intake({
      ...shared,
      sha256,
      tenants: this.tenants,
      quotas: this.quotas,
      unrecorded: { add: () => undefined },
      rulesFor: () => options.rules,
      ...(options.sealingKeys === undefined ? {} : { sealingKeys: options.sealingKeys }),
      admitter: new InlineAdmitter({
        newId: () => `made-${++this.#madeIds}`,
        sha256,
        maxFutureSkewMs: Number(RULE.maxFutureSkewNs / 1_000_000n),
      }),
    });
  }

  /** Puts records into the journal, as intake would. */
  async append(tenant: string, ...records: SampleRecord[]): Promise<number[]> {
    return this.ports.journal.append(encodeChunks(tenant, records.map(sampleRecord)));
  }

  /** Seals until nothing waits, going on after failures; resolves with the failures. */
  async sealAll(): Promise<unknown[]> {
    const failures: unknown[] = [];
    for (;;) {
      try {
        const { lastSequence } = await this.ports.journal.extent();
        if ((await this.sequencer.sealNext()) === undefined && this.progress.sealedThrough >= lastSequence) {
          return failures;
        }
      } catch (error) {
        failures.push(error);
        if (failures.length > 50) throw error;
      }
    }
  }

  /** The ids in a tenant's log, in the order of their indexes; an index without an entry, or with two, is told. */
  logOf(tenant: string): string[] {
    const rows = this.world.store.rows.filter((row) => row.tenant === tenant).sort((a, b) => a.index - b.index);
    return rows.map((row, place) => (row.index === place ? row.id : `index ${row.index} at ${place}`));
  }
}
