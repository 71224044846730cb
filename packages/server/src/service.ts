import { type EventInput, formatNs, SERVER_ID_PREFIX, type Sha256Hex } from '@attestlog/event';
import type { Logger } from 'pino';
import { AccessControl } from './access/access-control.js';
import type { BootstrapKey } from './access/bootstrap-key.js';
import { ClientAddresses } from './access/client-address.js';
import { Credentials } from './access/credentials.js';
import type { Fetch } from './access/issuer-keys.js';
import type { IssuerConfiguration } from './access/issuers.js';
import { openPepper, type Pepper } from './access/pepper.js';
import { readFilter } from './access/read-filter.js';
import { isStanding } from './access/standing.js';
import { allowsAddress } from './access/tenant-addresses.js';
import { LogAuditTrail } from './audit/log-audit-trail.js';
import type { Configuration } from './configuration.js';
import { StartError } from './deployment.js';
import { Problem } from './errors.js';
import { Exports } from './exports/exports.js';
import { Gate } from './http/access/gate.js';
import { Metrics } from './http/metrics.js';
import type { Services, Trouble } from './http/services.js';
import { IdHasher } from './identity/id-hash.js';
import { loadPendingIds, loadRecentIds } from './identity/load-ids.js';
import { PendingIds } from './identity/pending-ids.js';
import { RecentIds } from './identity/recent-ids.js';
import type { RepeatRule } from './identity/repeats.js';
import type { Admitter } from './intake/admitter.js';
import { blobKey, Intake } from './intake/intake.js';
import { TenantRules } from './intake/tenant-rules.js';
import {
  UNRECORDED_REPORT_INTERVAL_MS,
  UNRECORDED_SAVE_INTERVAL_MS,
  UnrecordedCounts,
} from './intake/unrecorded-counts.js';
import { WatchedJournal } from './intake/watched-journal.js';
import { PublicLog } from './log/public-log.js';
import { Publisher } from './log/publisher.js';
import type { SigningKeys } from './log/signing-keys.js';
import { keepTombstone } from './log/tombstone.js';
import type { Clock } from './ports/clock.js';
import type { Journal } from './ports/journal.js';
import type { MasterKey } from './ports/master-key.js';
import type { Objects } from './ports/objects.js';
import type { Registry } from './ports/registry.js';
import type { EventStore } from './ports/store.js';
import { publicHold } from './privacy/erasure/erasures.js';
import { Privacy } from './privacy/privacy.js';
import { DEFAULT_MASK_STYLE } from './privacy/tenant-privacy.js';
import { LoggedSyslogObserver } from './protocols/syslog/logged-observer.js';
import type { TlsFiles } from './protocols/syslog/stream-listener.js';
import { SyslogListeners } from './protocols/syslog/syslog-listeners.js';
import { Aggregator } from './query/aggregation/aggregator.js';
import { EventReader } from './query/event-reader.js';
import { EventScan } from './query/event-scan.js';
import { measuredStore } from './query/measured-store.js';
import type { SealingOf } from './query/resolve-filters.js';
import { type QueryLimits, type TenantAllowance, TenantQueries } from './query/tenant-queries.js';
import { QuestionReader } from './questions/question-reader.js';
import { SavedSearches } from './searches/saved-searches.js';
import { loadPartitionState } from './sequencer/partition-state.js';
import { Progress } from './sequencer/progress.js';
import { readBarrier } from './sequencer/read-barrier.js';
import { runSequencer } from './sequencer/run-sequencer.js';
import { Sequencer } from './sequencer/sequencer.js';
import { LIVE_BATCH_INTERVAL_MS, LiveTail } from './stream/live-tail.js';
import { type QueryAllowance, queryAllowance } from './tenants/query-allowance.js';
import type { Quotas, ThresholdCrossing } from './tenants/quotas.js';
import { soleQuotas } from './tenants/sole-quotas.js';
import { TenantAdministration } from './tenants/tenant-administration.js';
import { TenantDeletion } from './tenants/tenant-deletion.js';
import { type Tenant, TenantDirectory } from './tenants/tenant-directory.js';

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
  /** Makes an id that no other is equal to. */
  newId: () => string;
  masterKey: MasterKey;
  bootstrapKey: BootstrapKey;
  /** Issuers of tokens that are not ours. */
  issuers: readonly IssuerConfiguration[];
  fetch: Fetch;
  /** Bytes that nobody can guess. */
  randomBytes: (count: number) => Uint8Array;
}

const PARTITION = 0;
const CHECK_TIMEOUT_MS = 5_000;
const MIN_SEAL_WAIT_MS = 10_000;

/** The service of one machine: the parts of the pipeline, put together, and the work that goes on behind requests. */
export class Service {
  readonly #parts: ServiceParts;
  readonly #journal: WatchedJournal;
  readonly #tenants: TenantDirectory;
  readonly #quotas: Quotas;
  readonly #unrecorded: UnrecordedCounts;
  readonly #rules: TenantRules;
  readonly #intake: Intake;
  readonly #audit: LogAuditTrail;
  readonly #access: AccessControl;
  readonly #credentials: Credentials;
  readonly #cursorSecret: Uint8Array;
  readonly #privacy: Privacy;
  /** What a search has to know of a tenant's sealed fields. */
  readonly #sealingOf: SealingOf = (tenant) => this.#privacy.searchOf(tenant);
  readonly #deletion: TenantDeletion;
  readonly #progress = new Progress((sequence) => this.#live.acknowledge(sequence));
  readonly #pendingIds = new PendingIds();
  readonly #recentIds: RecentIds;
  readonly #hasher: IdHasher;
  readonly #rule: RepeatRule;
  readonly #sequencer: Sequencer;
  readonly #live: LiveTail;
  readonly #scan: EventScan;
  readonly #exports: Exports;
  readonly #queries: TenantQueries;
  readonly #searches: SavedSearches;
  readonly #log: PublicLog;
  readonly #gate: Gate;
  readonly #metrics: Metrics;
  readonly #stopping = new AbortController();
  readonly #background: Promise<void>[] = [];
  #sequencerTrouble: string | undefined;
  #syslog: SyslogListeners | undefined;

  static async start(parts: ServiceParts): Promise<Service> {
    const pepper = await openPepper(parts.registry, parts.masterKey, parts.randomBytes);
    const unrecorded = await openUnrecorded(parts, (...event) => service.#recordOwn(...event));
    const service: Service = new Service(parts, pepper, unrecorded);
    await service.#begin();
    return service;
  }

  private constructor(given: ServiceParts, pepper: Pepper, unrecorded: UnrecordedCounts) {
    const { configuration, registry, keys } = given;
    const store = measuredStore(given.store, given.clock, (...operation) => this.#metrics.observeStore(...operation));
    const parts = { ...given, store };
    this.#parts = parts;
    this.#unrecorded = unrecorded;
    this.#rules = new TenantRules(configuration.policy, configuration.sealing);
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
    this.#searches = new SavedSearches({ ...parts, now: () => formatNs(parts.clock.nowNs()) });
    this.#queries = new TenantQueries({
      ...parts,
      limits: queryLimits(configuration),
      allowanceOf: (tenant) => this.#allowanceOf(tenant),
    });
    this.#quotas = soleQuotas({
      ...parts,
      plans: configuration.plans,
      progress: this.#progress,
      onThreshold: (crossing) => this.#warn(crossing),
    });
    this.#intake = new Intake({
      ...parts,
      journal: this.#journal,
      tenants: this.#tenants,
      quotas: this.#quotas,
      unrecorded,
      rulesFor: (tenant, own) => this.#rules.textFor(tenant, own),
      sealingKeys: { keysFor: (tenant, subjects) => this.#privacy.subjectKeys.keysFor(tenant, subjects) },
      progress: this.#progress,
      recentIds: this.#recentIds,
      pendingIds: this.#pendingIds,
      hasher: this.#hasher,
      rule: this.#rule,
    });
    this.#audit = new LogAuditTrail({
      ...parts,
      intake: this.#intake,
      readAuditing: (tenant) => this.#readAuditing(tenant),
      onFailure: (error) => parts.logger.error({ error: (error as Error).message }, 'writing the audit trail failed'),
    });
    this.#cursorSecret = pepper.digest('cursor');
    this.#credentials = new Credentials({
      ...parts,
      pepper,
      tenants: this.#tenants,
      audit: this.#audit,
      tokenIssuer: configuration.origin,
      tokenLifetimeMs: configuration.tokenLifetimeMs,
      sessionLifetimeMs: configuration.sessionLifetimeMs,
      tokenKeyLifetimeMs: configuration.tokenKeyLifetimeMs,
      random: parts.randomBytes,
      filterProblem: (text) => {
        const read = readFilter(text, '');
        return read.ok ? undefined : read.problem;
      },
      onLogin: (tenant, id) => {
        if (tenant !== null) this.#access.permissions.warmUpCache(tenant, [id]).catch(() => undefined);
      },
      onTrouble: (part, error) =>
        parts.logger.error({ part, error: error.message }, 'a part of the credentials failed'),
    });
    this.#access = new AccessControl({
      ...parts,
      audit: this.#audit,
      now: () => formatNs(parts.clock.nowNs()),
      findUser: (tenant, id) => this.#credentials.findUser(tenant, id),
      onTrouble: (error) => parts.logger.error({ error: (error as Error).message }, 'watching the roles failed'),
    });
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
      onIdsBehind: () => {
        this.#loadRecentIds();
        this.#live.catchUp();
      },
      onPlaced: (batch) => this.#live.publish(batch),
      onSealed: (heads) => this.#live.commit(heads),
    });
    this.#live = new LiveTail({
      ...parts,
      headOf: async (tenant) => (await this.#log.head(tenant)).size,
      settled: async () => (await readBarrier(this.#progress, configuration.readWaitMs)).behind === 0,
      sealing: this.#sealingOf,
      limits: { maxStreams: configuration.maxStreams, maxStreamsPerTenant: configuration.maxTenantStreams },
      onTrouble: (error) => parts.logger.error({ error: (error as Error).message }, 'the live tail failed'),
    });
    this.#privacy = new Privacy({
      ...parts,
      random: parts.randomBytes,
      tenants: this.#tenants,
      progress: this.#progress,
      audit: this.#audit,
      sealing: configuration.sealing,
      intakeSettled: () => this.#intake.settled(),
      record: async (tenant, event) => void (await this.#intake.acceptOwn(tenant, [event])),
      withdrawExports: (tenant, erasure) => this.#exports.withdraw(tenant, erasure),
      sign: (tenant, body) => this.#log.signNote(tenant, body),
      logName: (tenant) => this.#log.originOf(tenant),
      checkpoint: (tenant) => this.#log.checkpoint(tenant),
      receipt: (tenant, index) => this.#log.receipt(tenant, index),
      onTrouble: (error) => parts.logger.error({ error: (error as Error).message }, 'work on personal data failed'),
    });
    this.#privacy.subjectKeys.onChange((tenant, tag) => parts.admitter.forgetKeys(tenant, tag));
    this.#scan = new EventScan({
      store,
      progress: this.#progress,
      maxWaitMs: configuration.readWaitMs,
      sealing: this.#sealingOf,
    });
    this.#exports = this.#makeExports(parts, pepper.digest('download-link'));
    this.#deletion = new TenantDeletion({
      ...parts,
      removeExports: (tenant) => this.#exports.removeTenant(tenant),
      removeSearches: (tenant) => this.#searches.removeTenant(tenant),
      tenants: this.#tenants,
      progress: this.#progress,
      audit: this.#audit,
      tombstone: (tenant, deletedAt) => this.#log.signTombstone(tenant, deletedAt),
      keepTombstone: (tenant, note) => keepTombstone(registry, tenant, note),
      holdOn: async (tenant) => {
        const hold = await this.#privacy.holds.forbidding(tenant);
        return hold && publicHold(hold);
      },
      destroyKeys: (tenant) => this.#privacy.destroyKeys(tenant),
      revokeAccess: (tenant) => this.#credentials.removeTenant(tenant),
      forgetEntries: (tenant) => this.#log.forgetEntries(tenant),
      blobPrefix: (tenant) => blobKey(tenant, ''),
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
      permissionCache: () => this.#access.permissions.counts,
      queries: () => this.#queries,
      live: () => this.#live.counts,
    });
  }

  #makeExports(parts: ServiceParts, linkSecret: Uint8Array): Exports {
    const { configuration, clock, logger } = parts;
    const nowMs = () => Number(clock.nowNs() / 1_000_000n);
    return new Exports({
      ...parts,
      linkSecret,
      scan: this.#scan,
      audit: this.#audit,
      record: async (tenant, event) => void (await this.#intake.acceptOwn(tenant, [event])),
      personalData: this.#privacy.services().personalData,
      now: () => formatNs(clock.nowNs()),
      nowMs,
      lifetimeMs: configuration.exportLifetimeMs,
      maxKeptPerTenant: configuration.keptTenantExports,
      limits: { maxRunning: configuration.maxExports, maxRunningPerTenant: configuration.maxTenantExports },
      objection: async (tenant, { principal }) => {
        const found = await this.#tenants.find(tenant);
        const status = found?.document.status;
        if (found === undefined || status === 'deleting' || status === 'deleted') return 'tenant-gone';
        const credentials = {
          keys: this.#credentials.keys,
          findUser: this.#credentials.findUser.bind(this.#credentials),
        };
        return (await isStanding(principal, credentials, nowMs())) ? undefined : 'credential-revoked';
      },
      onTrouble: (error) => logger.error({ error: (error as Error).message }, 'making an export failed'),
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
    const { signal } = this.#stopping;
    this.#background.push(this.#tenants.run(signal), this.#access.run(signal), this.#credentials.run(signal));
    this.#background.push(this.#privacy.run(signal), this.#exports.run(signal));
    this.#background.push(this.#audit.run(signal), this.#seal(), this.#finishDeletions(), this.#tellOfGaps());
    if (this.#parts.configuration.witnesses.length > 0) this.#background.push(this.#publish());
  }

  /** What the routes need. */
  services(): Services {
    const { configuration, store, objects, logger } = this.#parts;
    return {
      intake: this.#intake,
      audit: this.#audit,
      questions: this.#questionReader(),
      sealingOf: this.#sealingOf,
      nowMs: () => Number(this.#parts.clock.nowNs() / 1_000_000n),
      privacy: this.#privacy.services(),
      keyRotation: this.#privacy,
      deploymentPolicy: {
        recording: this.#rules.policyOf(undefined),
        sealing: configuration.sealing,
        maskStyle: DEFAULT_MASK_STYLE,
      },
      queries: this.#queries,
      searches: this.#searches,
      reader: new EventReader({
        store,
        progress: this.#progress,
        maxWaitMs: configuration.readWaitMs,
        cursorSecret: this.#cursorSecret,
        sealing: this.#sealingOf,
        nowMs: () => Number(this.#parts.clock.nowNs() / 1_000_000n),
      }),
      aggregates: new Aggregator({
        store,
        progress: this.#progress,
        maxWaitMs: configuration.readWaitMs,
        sealing: this.#sealingOf,
        nowMs: () => Number(this.#parts.clock.nowNs() / 1_000_000n),
      }),
      eventScan: this.#scan,
      exports: this.#exports,
      exportLimits: { streamedEvents: configuration.streamedExportEvents },
      live: this.#live,
      log: this.#log,
      progress: this.#progress,
      tenants: this.#tenants,
      tenantAdministration: new TenantAdministration({
        ...this.#parts,
        tenants: this.#tenants,
        quotas: this.#quotas,
        queryAllowance: deploymentAllowance(this.#parts.configuration),
        deletion: this.#deletion,
        secret: this.#parts.randomBytes(32),
      }),
      objects,
      store,
      authenticator: this.#credentials.authenticator,
      credentials: this.#credentials,
      addresses: new ClientAddresses(configuration.trustedProxies, configuration.proxyHeader),
      authorizer: this.#access.permissions,
      permissions: this.#access.permissions,
      delegations: this.#access.delegations,
      roles: this.#access.roles,
      metrics: this.#metrics,
      gate: this.#gate,
      logger,
      troubles: () => this.#troubles(),
      limits: {
        maxBodyBytes: configuration.maxBodyBytes,
        requestTimeoutMs: configuration.requestTimeoutMs,
        readWaitMs: configuration.readWaitMs,
        sealWaitMs: Math.max(configuration.readWaitMs, MIN_SEAL_WAIT_MS),
        streamTimeoutMs: configuration.streamTimeoutMs,
        streamLifetimeMs: configuration.streamLifetimeMs,
        publicLog: configuration.publicLog,
        publicMetrics: configuration.publicMetrics,
        webOrigins: configuration.webOrigins,
      },
    };
  }

  #questionReader(): QuestionReader {
    const { configuration, fetch, logger } = this.#parts;
    const { questionModel } = configuration;
    if (questionModel === undefined) return new QuestionReader();
    return new QuestionReader({
      model: { ...questionModel, fetch },
      onModel: (outcome) => {
        if (outcome.kind !== 'read') logger.warn({ ...outcome }, 'the model did not read a question');
      },
    });
  }

  /** Saves what policies leave out every few seconds, and tells tenants of it once an hour. */
  async #tellOfGaps(): Promise<void> {
    const { clock, logger } = this.#parts;
    const { signal } = this.#stopping;
    for (let reportAtMs = 0; !signal.aborted; ) {
      await clock.sleep(UNRECORDED_SAVE_INTERVAL_MS, signal);
      if (signal.aborted) return;
      const isDue = clock.monotonicMs() >= reportAtMs;
      if (isDue) reportAtMs = clock.monotonicMs() + UNRECORDED_REPORT_INTERVAL_MS;
      await (isDue ? this.#unrecorded.report() : this.#unrecorded.save()).catch((error: Error) => {
        logger.error({ error: error.message }, 'saving what policies left out failed; it is tried again');
      });
    }
  }

  /**
   * Records an event of the server's own; a repeat is as good, and so is a tenant that is gone, or another event that
   * has the id: what was told under an id is not told once more.
   */
  async #recordOwn(tenant: string, event: EventInput): Promise<void> {
    try {
      await this.#intake.acceptOwn(tenant, [{ ...event, id: `${SERVER_ID_PREFIX}${event.id}` }]);
    } catch (error) {
      if (error instanceof Problem && (error.code === 'tenant-gone' || isIdConflict(error))) return;
      throw error;
    }
  }

  /** Goes on with deletions of tenants that an earlier run did not get through with. */
  #finishDeletions(): Promise<void> {
    return this.#deletion.finishAll().catch((error: Error) => {
      this.#parts.logger.error({ error: error.message }, 'finishing the deletion of tenants failed; send it once more');
    });
  }

  /** How a tenant wants its reads recorded; one that is not remembered is asked for, for the next time. */
  #readAuditing(id: string): 'sessions' | 'each' {
    const tenant = this.#tenants.find(id);
    if (!(tenant instanceof Promise)) return tenant?.document.settings?.readAuditing ?? 'sessions';
    tenant.catch(() => undefined);
    return 'each';
  }

  /** One event a day for each part of a limit, whichever process sees it first: the id is the same everywhere. */
  #warn({ tenant, day, ...crossing }: ThresholdCrossing): void {
    const id = `${SERVER_ID_PREFIX}quota-${day}-${crossing.limit}-${crossing.percent}`;
    const isOver = crossing.percent >= 100;
    const event: EventInput = {
      id,
      action: 'quota.warn',
      operation: 'update',
      category: 'audit',
      outcome: 'success',
      severity: isOver ? 'warning' : 'notice',
      source: { service: 'attestlog' },
      targets: [{ type: 'tenant', id: tenant }],
      message: `${crossing.percent} % of the limit on ${crossing.limit} are used`,
      metadata: { ...crossing },
    };
    this.#intake.acceptOwn(tenant, [event]).catch((error: unknown) => {
      if (error instanceof Problem && error.code === 'batch-refused') return;
      this.#parts.logger.warn({ error: (error as Error).message, tenant }, 'a warning about a limit was not recorded');
    });
  }

  /**
   * Begins to take syslog where settings say so. Resolves with the ports; rejects with what the system says.
   * @param tls the files of TLS, read
   */
  async listenForSyslog(tls?: TlsFiles): Promise<Record<string, number>> {
    const { configuration, logger, clock, newId } = this.#parts;
    if (configuration.syslog === undefined) return {};
    const syslog = new SyslogListeners(configuration.syslog, {
      intake: this.#intake,
      clock,
      newId,
      observer: new LoggedSyslogObserver({ logger, clock, metrics: this.#metrics, audit: this.#audit }),
      allowsAddress: async (tenant, address) => allowsAddress(await this.#tenants.find(tenant), address),
      ...(tls === undefined ? {} : { tls }),
    });
    const ports = await syslog.start();
    this.#syslog = syslog;
    return ports;
  }

  /** Takes what has arrived by syslog, until the deadline, and nothing more. */
  async stopSyslog(deadline: AbortSignal): Promise<void> {
    await this.#syslog?.stop(deadline);
  }

  /** Seals what was accepted, until the deadline; then ends the background work. True when everything was sealed. */
  async stop(deadline: AbortSignal): Promise<boolean> {
    await this.#audit.sweep(true);
    await this.#quotas.close();
    await this.#unrecorded.close().catch((error: Error) => {
      this.#parts.logger.error({ error: error.message }, 'what policies left out was not told of; the next start does');
    });
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
      lingerMs: (sinceBatchMs: number) => this.#lingerMs(sinceBatchMs),
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

  /** While somebody watches, the first event goes at once, and what follows has gathered since the last batch began. */
  #lingerMs(sinceBatchMs: number): number {
    const { batchLingerMs } = this.#parts.configuration;
    if (!this.#live.isWatched) return batchLingerMs;
    return Math.max(0, Math.min(batchLingerMs, LIVE_BATCH_INTERVAL_MS) - sinceBatchMs);
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

  /** What the plan of a tenant leaves to its queries, at once where the tenant is remembered. */
  #allowanceOf(id: string): TenantAllowance | Promise<TenantAllowance> {
    const deployment = deploymentAllowance(this.#parts.configuration);
    const allowanceOf = (tenant: Tenant | undefined): TenantAllowance => {
      const limits = tenant === undefined ? {} : this.#quotas.limitsOf(tenant);
      const { queriesAtOnce, querySeconds, queryRows, queryMemoryBytes } = queryAllowance(limits, deployment);
      const reads = { maxSeconds: querySeconds, maxRows: queryRows, maxMemoryBytes: queryMemoryBytes };
      return { maxRunning: queriesAtOnce, reads };
    };
    const tenant = this.#tenants.find(id);
    return tenant instanceof Promise ? tenant.then(allowanceOf) : allowanceOf(tenant);
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

/** Where there is more than one session for queries, no tenant has all of them. */
function deploymentAllowance(configuration: Configuration): QueryAllowance {
  const { querySessions, tenantQueries } = configuration;
  return {
    queriesAtOnce: Math.min(tenantQueries, Math.max(1, querySessions - 1)),
    querySeconds: Math.ceil(configuration.queryTimeoutMs / 1000),
    queryRows: configuration.queryRows,
    queryMemoryBytes: configuration.queryMemoryBytes,
  };
}

function queryLimits(configuration: Configuration): QueryLimits {
  return {
    maxRunning: configuration.querySessions,
    maxRunningPerTenant: deploymentAllowance(configuration).queriesAtOnce,
    maxWaitingPerTenant: configuration.tenantWaitingQueries,
    maxWaitMs: configuration.queryWaitMs,
  };
}

/** Whether a batch was refused because of ids alone that other events have already. */
function isIdConflict({ code, members }: Problem): boolean {
  if (code !== 'batch-refused') return false;
  return (members.results as readonly { status: string }[]).every(({ status }) => status === 'conflict');
}

function openUnrecorded(
  { registry, clock, newId }: ServiceParts,
  record: (tenant: string, event: EventInput) => Promise<void>,
): Promise<UnrecordedCounts> {
  return UnrecordedCounts.open({ registry, clock, node: 'main', newId, record });
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
