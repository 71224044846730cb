import type { Sha256Hex } from '@attestlog/event';
import type { Logger } from 'pino';
import type { BootstrapKey } from './access/bootstrap-key.js';
import type { Configuration } from './configuration.js';
import { StartError } from './deployment.js';
import { Gate } from './http/gate.js';
import { Metrics } from './http/metrics.js';
import type { Services, Trouble } from './http/services.js';
import { IdHasher } from './identity/id-hash.js';
import { loadPendingIds, loadRecentIds } from './identity/load-ids.js';
import { PendingIds } from './identity/pending-ids.js';
import { RecentIds } from './identity/recent-ids.js';
import type { RepeatRule } from './identity/repeats.js';
import type { Admitter } from './intake/admitter.js';
import { Intake } from './intake/intake.js';
import { WatchedJournal } from './intake/watched-journal.js';
import { PublicLog } from './log/public-log.js';
import { Publisher } from './log/publisher.js';
import type { SigningKeys } from './log/signing-keys.js';
import type { Clock } from './ports/clock.js';
import type { Journal } from './ports/journal.js';
import type { Objects } from './ports/objects.js';
import type { Registry } from './ports/registry.js';
import type { EventStore } from './ports/store.js';
import { EventReader } from './query/event-reader.js';
import { measuredStore } from './query/measured-store.js';
import { loadPartitionState } from './sequencer/partition-state.js';
import { Progress } from './sequencer/progress.js';
import { runSequencer } from './sequencer/run-sequencer.js';
import { Sequencer } from './sequencer/sequencer.js';
import { TenantDirectory } from './tenants/tenant-directory.js';

/** Everything that the service needs from outside: ports, settings, time and chance. */
export interface ServiceParts {
  journal: Journal;
  registry: Registry;
  store: EventStore;
  objects: Objects;
  keys: SigningKeys;
  clock: Clock;
  configuration: Configuration;
  logger: Logger;
  deploymentCreatedNs: bigint;
  hashSeed: number;
  /** Reads and checks events. */
  admitter: Admitter;
  sha256: Sha256Hex;
  yieldToLoop: () => Promise<void>;
}

const PARTITION = 0;
const CHECK_TIMEOUT_MS = 5_000;
const MIN_SEAL_WAIT_MS = 10_000;

/** The service of one machine: the parts of the pipeline, put together, and the work that goes on behind requests. */
export class Service {
  readonly #parts: ServiceParts;
  readonly #journal: WatchedJournal;
  readonly #tenants: TenantDirectory;
  readonly #progress = new Progress();
  readonly #pendingIds = new PendingIds();
  readonly #recentIds: RecentIds;
  readonly #hasher: IdHasher;
  readonly #rule: RepeatRule;
  readonly #sequencer: Sequencer;
  readonly #log: PublicLog;
  readonly #gate: Gate;
  readonly #metrics: Metrics;
  readonly #stopping = new AbortController();
  readonly #background: Promise<void>[] = [];
  #sequencerTrouble: string | undefined;

  static async start(parts: ServiceParts): Promise<Service> {
    const service = new Service(parts);
    await service.#begin();
    return service;
  }

  private constructor(given: ServiceParts) {
    const { configuration, registry, keys } = given;
    const store = measuredStore(given.store, given.clock, (...operation) => this.#metrics.observeStore(...operation));
    const parts = { ...given, store };
    this.#parts = parts;
    this.#journal = new WatchedJournal(parts.journal, parts.clock);
    this.#tenants = new TenantDirectory({
      ...parts,
      onTrouble: (error) => parts.logger.error({ error: (error as Error).message }, 'watching the tenants failed'),
    });
    this.#hasher = new IdHasher(parts.hashSeed);
    this.#rule = {
      windowNs: nanoseconds(configuration.repeatWindowMs),
      maxFutureSkewNs: nanoseconds(configuration.maxFutureSkewMs),
    };
    this.#recentIds = new RecentIds({ windowNs: this.#rule.windowNs, maxBytes: configuration.repeatMemoryBytes });
    this.#gate = new Gate({ maxRequests: configuration.maxRequests, maxBytes: configuration.maxIntakeBytes });
    this.#log = new PublicLog({
      registry,
      store,
      keys,
      progress: this.#progress,
      originPrefix: configuration.origin,
      hasWitnesses: configuration.witnesses.length > 0,
    });
    this.#sequencer = new Sequencer({
      ...parts,
      hasher: this.#hasher,
      recentIds: this.#recentIds,
      pendingIds: this.#pendingIds,
      progress: this.#progress,
      rule: this.#rule,
      limits: {
        maxBatchBytes: configuration.batchBytes,
        maxBatchEvents: configuration.batchEvents,
        maxCachedHeads: configuration.cachedHeads,
      },
      partition: PARTITION,
      onIdsBehind: () => this.#loadRecentIds(),
    });
    this.#metrics = new Metrics({
      journal: () => parts.journal.extent(),
      sealedThrough: () => this.#progress.sealedThrough,
      pendingIds: () => this.#pendingIds.size,
      recentIds: () => ({
        ids: this.#recentIds.ids,
        bytes: this.#recentIds.bytes,
        complete: this.#recentIds.covers(parts.clock.nowNs()),
      }),
      requestsUnderWay: () => this.#gate.requests,
    });
  }

  async #begin(): Promise<void> {
    const { journal, registry } = this.#parts;
    const { state } = await loadPartitionState(registry, PARTITION);
    const { lastSequence } = await journal.extent();
    if (lastSequence < state.committed) {
      throw new StartError(
        `The journal ends at ${lastSequence}, but is sealed through ${state.committed}: it is not the journal that belongs to this registry. Restore both from the same backup.`,
      );
    }
    const through = await loadPendingIds(journal, state.committed, this.#pendingIds, this.#hasher);
    // Another process may have sealed and trimmed meanwhile what was not read any more.
    const now = await loadPartitionState(registry, PARTITION);
    this.#progress.advance(now.state.committed);
    this.#progress.acknowledge(through);
    this.#loadRecentIds();
    this.#background.push(this.#tenants.run(this.#stopping.signal), this.#seal());
    if (this.#parts.configuration.witnesses.length > 0) this.#background.push(this.#publish());
  }

  /** What the routes need. */
  services(bootstrapKey: BootstrapKey): Services {
    const { configuration, store, objects, logger } = this.#parts;
    return {
      intake: new Intake({
        ...this.#parts,
        journal: this.#journal,
        tenants: this.#tenants,
        progress: this.#progress,
        recentIds: this.#recentIds,
        pendingIds: this.#pendingIds,
        hasher: this.#hasher,
        rule: this.#rule,
      }),
      reader: new EventReader({ store, progress: this.#progress, maxWaitMs: configuration.readWaitMs }),
      log: this.#log,
      progress: this.#progress,
      tenants: this.#tenants,
      objects,
      store,
      bootstrapKey,
      metrics: this.#metrics,
      gate: this.#gate,
      logger,
      troubles: () => this.#troubles(),
      limits: {
        maxBodyBytes: configuration.maxBodyBytes,
        requestTimeoutMs: configuration.requestTimeoutMs,
        readWaitMs: configuration.readWaitMs,
        sealWaitMs: Math.max(configuration.readWaitMs, MIN_SEAL_WAIT_MS),
        publicLog: configuration.publicLog,
      },
    };
  }

  /** Seals what was accepted, until the deadline; then ends the background work. True when everything was sealed. */
  async stop(deadline: AbortSignal): Promise<boolean> {
    const sealed = await this.#progress.waitFor(this.#progress.acknowledgedThrough, deadline);
    this.#stopping.abort();
    await Promise.all(this.#background);
    return sealed;
  }

  #seal(): Promise<void> {
    const { logger } = this.#parts;
    const loop = {
      ...this.#parts,
      sequencer: this.#sequencer,
      progress: this.#progress,
      lingerMs: this.#parts.configuration.batchLingerMs,
      fullBatchBytes: this.#parts.configuration.batchBytes / 2,
      onBatch: (summary: Parameters<Metrics['observeBatch']>[0], seconds: number) => {
        this.#metrics.observeBatch(summary, seconds);
        logger.debug({ ...summary, seconds }, 'sealed');
      },
      onFailure: (error: unknown, final: boolean) => {
        this.#metrics.countFailedBatch();
        this.#sequencerTrouble = (error as Error).message;
        logger[final ? 'fatal' : 'error']({ error: this.#sequencerTrouble, final }, 'sealing failed');
      },
      onRecovery: () => {
        this.#sequencerTrouble = undefined;
        logger.info('sealing works again');
      },
    };
    return runSequencer(loop, this.#stopping.signal);
  }

  async #publish(): Promise<void> {
    const { registry, configuration, logger, clock } = this.#parts;
    const publisher = new Publisher({
      log: this.#log,
      registry,
      witnesses: configuration.witnesses,
      timeoutMs: 2_000,
      onWitness: (witness, result, reason) => {
        this.#metrics.countWitness(witness, result);
        if (result === 'failed') logger.warn({ witness, reason }, 'a witness did not cosign');
      },
    });
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await publisher.publishAll(signal).catch((error: Error) => {
        logger.error({ error: error.message }, 'publishing checkpoints failed');
      });
      await clock.sleep(configuration.witnessIntervalMs, signal);
    }
  }

  /** In the background: until it is done, repeats are recognised by looking into the store. */
  #loadRecentIds(): void {
    const { store, clock, deploymentCreatedNs, logger } = this.#parts;
    // A little more than the window, for a clock that is set back. A young log is read whole.
    const sinceNs = clock.nowNs() - this.#rule.windowNs - this.#rule.windowNs / 8n;
    const load = loadRecentIds(
      store,
      deploymentCreatedNs >= sinceNs ? undefined : sinceNs,
      this.#progress.sealedBefore,
      this.#recentIds,
      this.#hasher,
      this.#stopping.signal,
    ).catch((error: Error) => {
      logger.error({ error: error.message }, 'loading the recent ids failed; repeats are looked up in the store');
    });
    this.#background.push(load);
  }

  async #troubles(): Promise<Trouble[]> {
    const { store, registry, journal, configuration } = this.#parts;
    const checks: [string, () => Promise<string | undefined>][] = [
      ['sequencer', async () => this.#sequencerTrouble],
      ['store', () => store.check().then(() => undefined)],
      ['registry', () => registry.get('deployment').then(() => undefined)],
      [
        'journal',
        async () => {
          const { heldBytes } = await journal.extent();
          if (heldBytes >= configuration.journalBytes * 0.95) return `${heldBytes} bytes wait to be sealed`;
          return this.#journal.trouble;
        },
      ],
    ];
    const found = await Promise.all(
      checks.map(async ([part, check]) => {
        const detail = await withTimeout(check()).catch((error: Error) => error.message);
        return detail === undefined ? [] : [{ part, detail }];
      }),
    );
    return found.flat();
  }
}

async function withTimeout<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${CHECK_TIMEOUT_MS} ms`)), CHECK_TIMEOUT_MS);
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

function nanoseconds(milliseconds: number): bigint {
  return BigInt(milliseconds) * 1_000_000n;
}
