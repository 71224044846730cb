import { createHash } from 'node:crypto';
import { uuidv7 } from '@attestlog/event';
import type { MemoryClock } from '../../../packages/server/src/adapters/memory/memory-clock.js';
import { IdHasher } from '../../../packages/server/src/identity/id-hash.js';
import { loadPendingIds, loadRecentIds } from '../../../packages/server/src/identity/load-ids.js';
import { PendingIds } from '../../../packages/server/src/identity/pending-ids.js';
import { RecentIds } from '../../../packages/server/src/identity/recent-ids.js';
import type { RepeatRule } from '../../../packages/server/src/identity/repeats.js';
import { InlineAdmitter } from '../../../packages/server/src/intake/admitter.js';
import { Intake } from '../../../packages/server/src/intake/intake.js';
import { PublicLog } from '../../../packages/server/src/log/public-log.js';
import { EventReader } from '../../../packages/server/src/query/event-reader.js';
import { loadPartitionState } from '../../../packages/server/src/sequencer/partition-state.js';
import { Progress } from '../../../packages/server/src/sequencer/progress.js';
import { Sequencer } from '../../../packages/server/src/sequencer/sequencer.js';
import { UNLIMITED } from '../../../packages/server/src/tenants/plans.js';
import { soleQuotas } from '../../../packages/server/src/tenants/sole-quotas.js';
import { TenantDirectory } from '../../../packages/server/src/tenants/tenant-directory.js';
import type { Breakage } from './breakage.js';
import { PARTITION } from './history.js';
import type { Request } from './ledger.js';
import type { Plan } from './plan.js';
import type { ProcessPorts } from './process-ports.js';
import type { Random } from './random.js';
import { SIGNING_KEY } from './signing.js';

export const ORIGIN = 'simulation.example';
/** Longer than any test: a simulated read waits for the sequencer, never for real time. */
const FOR_EVER_MS = 86_400_000;
/** The same for all processes, as it lies in the registry. */
const CURSOR_SECRET = new Uint8Array(32);
/** Of memory that a generation of ids takes at least; the real one is for millions. */
const MIN_GENERATION_IDS = 64;

export interface ProcessParts {
  ports: ProcessPorts;
  clock: MemoryClock;
  plan: Plan;
  random: Random;
  yieldToLoop: () => Promise<void>;
  breakage: Breakage;
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** One process of the service: the real parts, put together as the service does, with everything in its own memory. */
export class Process {
  readonly intake: Intake;
  readonly reader: EventReader;
  readonly log: PublicLog;
  readonly progress = new Progress();
  readonly #pendingIds = new PendingIds();
  readonly #recentIds: RecentIds;
  readonly #hasher: IdHasher;
  readonly #rule: RepeatRule;
  readonly #sequencer: Sequencer;
  readonly #end = new AbortController();
  readonly #parts: ProcessParts;
  isReady = false;
  isSealing = false;
  isDead = false;
  /** True when the last batch was not empty: there may be another one. */
  mayHaveMore = false;
  /** Requests without an answer so far. */
  readonly underWay = new Set<Request>();
  /** Reads without an answer so far. */
  reads = 0;
  /** How many answers had been given when it began: what they acknowledge is known to it. */
  readonly bornAt: number;

  constructor(parts: ProcessParts, bornAt: number) {
    this.bornAt = bornAt;
    const { ports, plan, random, clock, yieldToLoop } = parts;
    this.#parts = parts;
    this.#rule = { windowNs: plan.windowNs, maxFutureSkewNs: plan.maxFutureSkewNs };
    this.#hasher = new IdHasher(random.uint32());
    this.#recentIds = new RecentIds({
      windowNs: plan.windowNs,
      maxBytes: plan.repeatMemoryBytes,
      minGenerationIds: MIN_GENERATION_IDS,
    });
    parts.breakage.recentIds?.(this.#recentIds);
    const keys = { keysOf: () => Promise.resolve({ active: [SIGNING_KEY], retired: [] }) };
    const { journal, registry, store, objects } = ports;
    const common = {
      journal,
      registry,
      store,
      objects,
      clock,
      yieldToLoop,
      sha256,
      progress: this.progress,
      recentIds: this.#recentIds,
      pendingIds: this.#pendingIds,
      hasher: this.#hasher,
      rule: this.#rule,
    };
    this.#sequencer = new Sequencer({
      ...common,
      limits: plan.sequencer,
      partition: PARTITION,
      onIdsBehind: () => this.#loadRecentIds(),
    });
    this.intake = new Intake({
      ...common,
      clock: parts.breakage.clock?.(clock) ?? clock,
      tenants: new TenantDirectory({ registry, clock }),
      unrecorded: { add: () => undefined },
      rulesFor: () => undefined,
      quotas: soleQuotas({ ...common, plans: UNLIMITED, onThreshold: () => undefined }),
      admitter: new InlineAdmitter({
        newId: () => uuidv7(Number(clock.nowNs() / 1_000_000n), random.bytes(10)),
        sha256,
        maxFutureSkewMs: Number(plan.maxFutureSkewNs / 1_000_000n),
      }),
    });
    this.reader = new EventReader({
      store,
      progress: this.progress,
      maxWaitMs: FOR_EVER_MS,
      cursorSecret: CURSOR_SECRET,
    });
    this.log = new PublicLog({ ...common, keys, originPrefix: ORIGIN, hasWitnesses: false });
  }

  /** What the service does before it takes its first request. */
  async start(): Promise<void> {
    const { journal, registry } = this.#parts.ports;
    const before = await loadPartitionState(registry, PARTITION);
    const through = await loadPendingIds(journal, before.state.committed, this.#pendingIds, this.#hasher);
    // Another process may have sealed and trimmed meanwhile what was not read any more.
    const { state } = await loadPartitionState(registry, PARTITION);
    this.progress.advance(state.committed);
    this.progress.acknowledge(through);
    this.#loadRecentIds();
    this.isReady = true;
  }

  /** One batch. */
  async seal(): Promise<void> {
    this.isSealing = true;
    try {
      this.mayHaveMore = (await this.#sequencer.sealNext()) !== undefined;
    } finally {
      this.isSealing = false;
    }
  }

  /** Nothing of it goes on; whoever waits for it is let go, so that nothing keeps it in memory. */
  die(): void {
    this.isDead = true;
    this.isReady = false;
    this.#end.abort();
    this.progress.advance(Number.MAX_SAFE_INTEGER);
  }

  #loadRecentIds(): void {
    const { ports, clock, plan } = this.#parts;
    const sinceNs = clock.nowNs() - plan.windowNs - plan.windowNs / 8n;
    const wanted = plan.startNs >= sinceNs ? undefined : sinceNs;
    const before = this.progress.sealedBefore;
    const { signal } = this.#end;
    loadRecentIds(ports.store, wanted, before, this.#recentIds, this.#hasher, signal).catch(() => undefined);
  }
}
