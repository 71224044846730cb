import type { Database } from '../database.js';
import { namesIn, WAKE_CHANNEL } from '../schema/names.js';
import { requireSchema } from '../schema/require-schema.js';
import { Claims } from './claims.js';
import { deliverRound, type FailedGroup, type Round } from './deliver-round.js';
import type { EventSender } from './event-sender.js';
import { Hindrances } from './hindrances.js';
import { Waiting } from './waiting.js';

export interface RelayOptions {
  /** A pool with a connection to spare: `pgDatabase(pool)`. */
  database: Database;
  /** `batchRouteSender({ url, apiKey })`. */
  sender: EventSender;
  /** Where the outbox's tables are; `attestlog` by default. */
  schema?: string;
  /** Events of one round at most; 1,000 by default. */
  batchMaxEvents?: number;
  /** Bytes of one round, from which on no event is added; 4 MiB by default. */
  batchMaxBytes?: number;
  /** Lanes (of 16) of one round; 4 by default: so many relays can be busy at once as this goes into 16. */
  lanesPerRound?: number;
  /** Requests of different tenants at once; 4 by default. */
  requests?: number;
  /** How often an idle relay looks for events; 250 by default. */
  pollMs?: number;
  /** After this a round gives up what was not answered; 30,000 by default. */
  sendTimeoutMs?: number;
  /** Waits after failures: exponential with jitter, from 100 to 30,000 by default; `Retry-After` is heeded. */
  retryMinMs?: number;
  retryMaxMs?: number;
  /** Told of dead letters and failures; must not throw. */
  onNotice?: (notice: RelayNotice) => void;
  /** Milliseconds since 1970. */
  nowMs?: () => number;
  /** 0 to below 1, for jitter. */
  random?: () => number;
}

export type RelayNotice =
  /** The server will never take the event of this row: it is a dead letter now. */
  | { readonly type: 'refused'; readonly row: string; readonly code: string; readonly reason: string }
  /** Tried again after `wait_ms`. `tenant` is there when only that tenant's events wait. */
  | {
      readonly type: 'failure';
      readonly code: string;
      readonly message: string;
      readonly tenant?: string | undefined;
      readonly wait_ms: number;
    };

/** Counts since the start of this relay, after commits only. */
export interface RelayStats {
  readonly delivered_events: number;
  readonly refused_events: number;
  readonly rounds: number;
  readonly failures: number;
  /** In a row, of the server or the database; 0: it works. */
  readonly consecutive_failures: number;
  readonly paused_tenants: number;
  readonly is_listening: boolean;
  readonly last_delivered_ms?: number;
  readonly last_failure?: { readonly code: string; readonly message: string; readonly at_ms: number };
}

export interface Relay {
  stats(): RelayStats;
  /** Looks for events at once, as after a commit in the same process. */
  wake(): void;
  /** Ends after the round that is under way. */
  stop(): Promise<void>;
  /** Resolves when the relay has ended; rejects with an OutboxError when it cannot run with these tables. */
  readonly ended: Promise<void>;
}

/**
 * Delivers what transactions wrote, until it is stopped. Any number of relays may run, in any number of processes.
 * The events of a stream reach the server in the order in which they were written, one relay at a time.
 */
export function startRelay(options: RelayOptions): Relay {
  const runner = new RelayRunner(options);
  const ended = runner.run();
  // Whoever does not look at `ended` finds the failure in the stats.
  ended.catch(() => undefined);
  return {
    stats: () => runner.stats(),
    wake: () => runner.wake(),
    async stop() {
      runner.stop();
      await ended.catch(() => undefined);
    },
    ended,
  };
}

/**
 * Delivers what is there now and resolves when nothing is left, for jobs that run from time to time.
 *
 * @throws the failure of the database or the server that kept something from being delivered
 */
export async function drainOutbox(options: RelayOptions): Promise<RelayStats> {
  const runner = new RelayRunner(options);
  await runner.drain();
  return runner.stats();
}

class RelayRunner {
  readonly #options: Required<Omit<RelayOptions, 'schema' | 'onNotice'>> & Pick<RelayOptions, 'schema' | 'onNotice'>;
  readonly #claims: Claims;
  readonly #hindrances: Hindrances;
  readonly #waiting = new Waiting();
  #isStopped = false;
  #isSchemaKnown = false;
  #stopListening: (() => Promise<void>) | undefined;
  #listenAgainMs = 0;
  #delivered = 0;
  #refused = 0;
  #rounds = 0;
  #failures = 0;
  #lastDeliveredMs: number | undefined;
  #lastFailure: RelayStats['last_failure'];

  constructor(options: RelayOptions) {
    this.#options = {
      batchMaxEvents: 1000,
      batchMaxBytes: 4 * 1024 * 1024,
      lanesPerRound: 4,
      requests: 4,
      pollMs: 250,
      sendTimeoutMs: 30_000,
      retryMinMs: 100,
      retryMaxMs: 30_000,
      nowMs: Date.now,
      random: Math.random,
      ...options,
    };
    this.#claims = new Claims(namesIn(options.schema));
    const { retryMinMs, retryMaxMs, random, batchMaxEvents } = this.#options;
    this.#hindrances = new Hindrances({ minMs: retryMinMs, maxMs: retryMaxMs }, random, batchMaxEvents);
  }

  stats(): RelayStats {
    return {
      delivered_events: this.#delivered,
      refused_events: this.#refused,
      rounds: this.#rounds,
      failures: this.#failures,
      consecutive_failures: this.#hindrances.failures,
      paused_tenants: this.#hindrances.pausedTenants,
      is_listening: this.#stopListening !== undefined,
      ...(this.#lastDeliveredMs === undefined ? {} : { last_delivered_ms: this.#lastDeliveredMs }),
      ...(this.#lastFailure === undefined ? {} : { last_failure: this.#lastFailure }),
    };
  }

  wake(): void {
    this.#waiting.wake();
  }

  stop(): void {
    this.#isStopped = true;
    this.#waiting.wake();
  }

  async run(): Promise<void> {
    try {
      while (!this.#isStopped) {
        this.#waiting.reset();
        await this.#listen();
        const claimed = await this.#tryRound();
        if (this.#isStopped) break;
        const waitMs = this.#hindrances.waitMs(this.#options.nowMs());
        // A wake says that there is something to do, and not that the server is back.
        if (waitMs > 0) await this.#pause(waitMs);
        else if (claimed === 0) await this.#waiting.wait(this.#idleMs());
      }
    } finally {
      await this.#stopListening?.();
      this.#stopListening = undefined;
    }
  }

  async drain(): Promise<void> {
    for (;;) {
      const round = await this.#round();
      const [failed] = round.failed;
      if (failed !== undefined) throw new Error(`${failed.failure.code}: ${failed.failure.message}`);
      if (round.claimed === 0) return;
    }
  }

  /** A relay that should listen and cannot must not wait as long as one that is woken. */
  #idleMs(): number {
    const { database, pollMs, nowMs } = this.#options;
    if (database.listen === undefined || this.#stopListening !== undefined) return pollMs;
    return Math.min(pollMs, Math.max(1, this.#listenAgainMs - nowMs()));
  }

  /** Waits through wakes, but not through the stop. */
  async #pause(waitMs: number): Promise<void> {
    const end = this.#options.nowMs() + waitMs;
    for (let left = waitMs; left > 0 && !this.#isStopped; left = end - this.#options.nowMs()) {
      this.#waiting.reset();
      await this.#waiting.wait(left);
    }
  }

  /** @returns how many events were claimed; also after a failure, so that what was left is tried again */
  async #tryRound(): Promise<number> {
    try {
      return (await this.#round()).claimed;
    } catch (error) {
      if (!this.#isSchemaKnown && isOutboxError(error)) throw error;
      this.#hindrances.failed(this.#options.nowMs());
      this.#noteFailure({ code: codeOf(error), message: `The database: ${(error as Error).message}` });
      return 0;
    }
  }

  async #round(): Promise<Round> {
    const { database, sender, schema, lanesPerRound, batchMaxBytes, requests, sendTimeoutMs, nowMs } = this.#options;
    if (!this.#isSchemaKnown) {
      await database.transaction((tx) => requireSchema(tx, schema));
      this.#isSchemaKnown = true;
    }
    const { filter, events } = this.#hindrances.plan(nowMs());
    const round = await deliverRound({
      database,
      claims: this.#claims,
      sender,
      bounds: { lanes: lanesPerRound, events, bytes: batchMaxBytes },
      filter,
      requests,
      sendTimeoutMs,
      isGivenUp: ({ first, events: sent, failure }) => this.#hindrances.batchFailed(first, sent, nowMs(), failure),
    });
    this.#note(round, filter.onlyLane);
    return round;
  }

  #note(round: Round, onlyLane: number | undefined): void {
    const nowMs = this.#options.nowMs();
    this.#rounds += 1;
    this.#delivered += round.delivered;
    this.#refused += round.refused.length;
    if (round.delivered > 0) {
      this.#lastDeliveredMs = nowMs;
      this.#hindrances.delivered(round.delivered, round.deliveredTenants);
    }
    if (onlyLane !== undefined && round.failed.length === 0) this.#hindrances.cleared(onlyLane);
    for (const { id, code, reason } of round.refused) this.#notify({ type: 'refused', row: id, code, reason });
    for (const group of round.failed) this.#noteFailedGroup(group, nowMs);
  }

  #noteFailedGroup({ tenant, failure }: FailedGroup, nowMs: number): void {
    const { scope, code, message, retryAfterMs } = failure;
    if (scope === 'server') this.#hindrances.failed(nowMs, retryAfterMs);
    if (scope === 'tenant') this.#hindrances.tenantFailed(tenant ?? '', nowMs, retryAfterMs);
    this.#noteFailure({ code, message, ...(scope === 'tenant' ? { tenant } : {}) });
  }

  #noteFailure(failure: { code: string; message: string; tenant?: string | undefined }): void {
    const nowMs = this.#options.nowMs();
    this.#failures += 1;
    this.#lastFailure = { code: failure.code, message: failure.message, at_ms: nowMs };
    this.#notify({ type: 'failure', ...failure, wait_ms: Math.ceil(this.#hindrances.waitMs(nowMs)) });
  }

  #notify(notice: RelayNotice): void {
    this.#options.onNotice?.(notice);
  }

  /** Listens where the database can; where it cannot now, polling finds the events, and it is tried again later. */
  async #listen(): Promise<void> {
    const { database, nowMs, retryMaxMs } = this.#options;
    if (database.listen === undefined || this.#stopListening !== undefined || nowMs() < this.#listenAgainMs) return;
    // Before it has begun, too, a connection may be lost.
    let isLost = false;
    const onLost = () => {
      isLost = true;
      this.#stopListening = undefined;
      // What is notified from now on is not heard, so look, and listen again.
      this.#waiting.wake();
    };
    try {
      const stop = await database.listen(WAKE_CHANNEL, () => this.#waiting.wake(), onLost);
      if (!isLost) this.#stopListening = stop;
    } catch {
      this.#listenAgainMs = nowMs() + retryMaxMs;
    }
  }
}

function codeOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : 'database-error';
}

function isOutboxError(error: unknown): boolean {
  return error instanceof Error && error.name === 'OutboxError';
}
