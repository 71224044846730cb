import { type EventInput, formatNs, type LeaveOutReason } from '@attestlog/event';
import { Problem } from '../errors.js';
import type { Clock } from '../ports/clock.js';
import { isPortFailure, PortFailure } from '../ports/failure.js';
import type { Registry, RegistryDocument } from '../ports/registry.js';
import {
  endOf,
  HOUR_NS,
  type LeftOut,
  OpenPeriod,
  type UnrecordedPeriod,
  unrecordedEvent,
} from './unrecorded-period.js';

export interface UnrecordedCountsParts {
  registry: Registry;
  clock: Clock;
  /** Names this process's counts in the registry: one word, never that of another process that runs. */
  node: string;
  /** Ids of the events that tell of gaps: one word each, never twice the same. */
  newId: () => string;
  /**
   * Records an event of the system in a tenant's log, past the policy. Resolves when it is on stable storage, also for
   * a repeat, and also when there is no such tenant any more; rejects when it is to be tried again. Where another event has
   * the id, it resolves and records nothing: a write of a period that comes late, after the period was told of and its
   * document removed, brings the document back as it was before its end, and the next start would tell of it again.
   */
  record: (tenant: string, event: EventInput) => Promise<void>;
}

/** How often {@link UnrecordedCounts.save} is worth calling: what a kill can lose. */
export const UNRECORDED_SAVE_INTERVAL_MS = 10_000;
/** How often {@link UnrecordedCounts.report} is worth calling: how late an hour's event may be. */
export const UNRECORDED_REPORT_INTERVAL_MS = 60_000;
/** Tenants and hours that are counted at once. At the bound, nothing more is left out: {@link UnrecordedCounts.add}. */
export const PERIODS_MAX_ITEMS = 50_000;
const WRITES_MAX_ITEMS = 500;
const HOUR_MS = 3_600_000;

/** A period and what is known of its document. */
interface Tracked {
  id: string;
  tenant: string;
  fromNs: bigint;
  openedAtMs: number;
  counts: OpenPeriod;
  to?: string;
  /** Of an earlier process: what is to be saved instead of counts. */
  takenOver?: UnrecordedPeriod;
  /** The last thing that was certainly saved; recorded from it, so that a crash repeats the same event. */
  saved?: UnrecordedPeriod;
  /** Of the document; undefined: to be read, since a write may have been applied or not. */
  revision: number | undefined;
  changed: boolean;
}

/**
 * Counts the events that policies leave out, by tenant and reason, and tells each tenant once an hour by an event in its
 * own log, so that a gap is seen and not guessed.
 *
 * The counts lie in the registry, one document for each tenant and hour, saved every few seconds. So a clean stop loses
 * nothing; a kill loses the counts since the last save, and the hour's event then says that it is a least. Once a
 * period is closed and saved, its event is recorded at least once, under one id and with one content: recorded exactly
 * once, since ids are. No timers: whoever makes it calls {@link save} and {@link report}.
 */
export class UnrecordedCounts {
  readonly #parts: UnrecordedCountsParts;
  /** By tenant: the period that goes on. */
  readonly #open = new Map<string, Tracked>();
  /** Closed, and not yet recorded and removed. */
  #closed: Tracked[] = [];
  readonly #totals = new Map<LeaveOutReason, number>();
  #running: Promise<unknown> = Promise.resolve();

  private constructor(parts: UnrecordedCountsParts) {
    this.#parts = parts;
  }

  /** Takes over what an earlier process of this name left behind; the next {@link report} records it. */
  static async open(parts: UnrecordedCountsParts): Promise<UnrecordedCounts> {
    const counts = new UnrecordedCounts(parts);
    const prefix = keyOf(parts.node, '');
    for (let afterKey: string | undefined; ; ) {
      const options = { limit: WRITES_MAX_ITEMS, ...(afterKey === undefined ? {} : { afterKey }) };
      const page = await parts.registry.list<UnrecordedPeriod>(prefix, options);
      for (const document of page) counts.#closed.push(leftBehind(document, document.key.slice(prefix.length)));
      if (page.length < WRITES_MAX_ITEMS) return counts;
      afterKey = page.at(-1)!.key;
    }
  }

  /**
   * Counts events of one tenant, before whoever sent them is answered. Fails with `registry-unavailable` when so many
   * counts wait for the registry that no more fit: then the request is to fail, as nothing is left out uncounted.
   */
  add(tenant: string, leftOut: readonly LeftOut[]): void {
    if (leftOut.length === 0) return;
    const period = this.#periodOf(tenant);
    for (const one of leftOut) {
      period.counts.add(one);
      this.#totals.set(one.reason, (this.#totals.get(one.reason) ?? 0) + 1);
    }
    period.changed = true;
  }

  /** What this process counted since its start, by reason. */
  totals(): ReadonlyMap<LeaveOutReason, number> {
    return this.#totals;
  }

  /** Makes the counts durable. Fails as the registry does; nothing is lost by that, and the next call does it. */
  save(): Promise<void> {
    return this.#alone(() => this.#save());
  }

  /**
   * Closes the hours that are over and records their events. Fails with the first failure after trying all; the next
   * call tries again what is left.
   */
  report(): Promise<void> {
    return this.#alone(async () => {
      for (const period of this.#open.values()) if (this.#isOver(period)) this.#close(period);
      await this.#saveAndRecord();
    });
  }

  /**
   * The last call, while the intake still takes the system's own events: closes and records everything. What cannot be
   * recorded lies in the registry for the next start; where even that fails, this fails.
   */
  close(): Promise<void> {
    return this.#alone(async () => {
      for (const period of this.#open.values()) this.#close(period);
      await this.#saveAndRecord();
    });
  }

  #periodOf(tenant: string): Tracked {
    const open = this.#open.get(tenant);
    if (open !== undefined && !this.#isOver(open)) return open;
    if (open !== undefined) this.#close(open);
    if (this.#open.size + this.#closed.length >= PERIODS_MAX_ITEMS) {
      throw new Problem('registry-unavailable', { detail: 'The counts of events that are left out cannot be kept.' });
    }
    const { clock, newId } = this.#parts;
    const period: Tracked = {
      id: newId(),
      tenant,
      fromNs: clock.nowNs(),
      openedAtMs: clock.monotonicMs(),
      counts: new OpenPeriod(),
      revision: 0,
      changed: false,
    };
    this.#open.set(tenant, period);
    return period;
  }

  /** By the wall clock, and when that goes back, after an hour all the same. */
  #isOver({ fromNs, openedAtMs }: Tracked): boolean {
    const { clock } = this.#parts;
    return clock.nowNs() / HOUR_NS > fromNs / HOUR_NS || clock.monotonicMs() - openedAtMs >= HOUR_MS;
  }

  #close(period: Tracked): void {
    period.to = endOf(period.fromNs, this.#parts.clock.nowNs());
    period.changed = true;
    this.#open.delete(period.tenant);
    this.#closed.push(period);
  }

  async #save(): Promise<void> {
    const changed = [...this.#closed, ...this.#open.values()].filter((period) => period.changed);
    for (let start = 0; start < changed.length; start += WRITES_MAX_ITEMS) {
      await this.#write(changed.slice(start, start + WRITES_MAX_ITEMS));
    }
  }

  /** Only this process writes its documents, so what it finds there after an uncertain write is its own. */
  async #write(periods: readonly Tracked[]): Promise<void> {
    const { registry, clock, node } = this.#parts;
    const uncertain = periods.filter(({ revision }) => revision === undefined);
    const found = uncertain.length === 0 ? [] : await registry.getMany(uncertain.map(({ id }) => keyOf(node, id)));
    uncertain.forEach((period, place) => {
      period.revision = found[place]?.revision ?? 0;
    });
    const savedAt = formatNs(clock.nowNs());
    const documents = periods.map((period) => documentOf(period, savedAt));
    const writes = periods.map(({ id, revision }, place) => {
      return { key: keyOf(node, id), value: documents[place], expectedRevision: revision! };
    });
    for (const period of periods) {
      period.revision = undefined;
      // What is counted from here on is not in the document.
      period.changed = false;
    }
    try {
      const results = await registry.putMany(writes);
      results.forEach((result, place) => {
        const period = periods[place]!;
        if (!result.ok) return;
        period.revision = result.revision;
        period.saved = documents[place]!;
      });
      // A late write of the process before may come in between; what it left is closed by the next call, or next start.
      const isLost = results.some(({ ok }, place) => !ok && periods[place]!.takenOver === undefined);
      if (isLost) throw new PortFailure('conflict', 'counts were written by somebody else');
    } finally {
      for (const period of periods) if (period.revision === undefined) period.changed = true;
    }
  }

  async #saveAndRecord(): Promise<void> {
    await this.#save();
    const failures: unknown[] = [];
    const left: Tracked[] = [];
    for (const period of this.#closed.splice(0)) {
      try {
        if (!(await this.#recordAndRemove(period))) left.push(period);
      } catch (error) {
        failures.push(error);
        left.push(period);
      }
    }
    // Others may have been closed meanwhile.
    this.#closed = [...left, ...this.#closed];
    if (failures.length > 0) throw failures[0];
  }

  /** False: it is not saved as closed yet, so its event could still become another one. */
  async #recordAndRemove(period: Tracked): Promise<boolean> {
    const { saved, revision } = period;
    if (period.changed || saved?.to === undefined || revision === undefined) return false;
    const { registry, node, record } = this.#parts;
    await record(period.tenant, unrecordedEvent(period.id, node, { ...saved, to: saved.to }));
    // A crash before this, or a failure of it, records the same event again, which adds nothing.
    try {
      await registry.delete(keyOf(node, period.id), revision);
      return true;
    } catch (error) {
      if (!isPortFailure(error, 'conflict')) throw error;
    }
    // An earlier removal was applied although it failed.
    const document = await registry.get(keyOf(node, period.id));
    period.revision = document?.revision;
    return document === undefined;
  }

  /** One after the other: each of these reads revisions and writes by them. */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#running.then(work);
    this.#running = done.catch(() => undefined);
    return done;
  }
}

function keyOf(node: string, id: string): string {
  return `unrecorded.${node}.${id}`;
}

function documentOf({ tenant, fromNs, to, counts, takenOver }: Tracked, savedAt: string): UnrecordedPeriod {
  if (takenOver !== undefined) return takenOver;
  return {
    tenant,
    from: formatNs(fromNs),
    ...(to === undefined ? {} : { to }),
    saved_at: savedAt,
    ...counts.counts(),
  };
}

/**
 * A period of an earlier process. One that goes on, as that process left it, is closed in the registry before its event
 * is recorded: a write of that process that is under way somewhere finds another revision then, and cannot make it
 * another event.
 */
function leftBehind({ value, revision }: RegistryDocument<UnrecordedPeriod>, id: string): Tracked {
  const known = { id, tenant: value.tenant, fromNs: 0n, openedAtMs: 0, counts: new OpenPeriod(), revision };
  if (value.to !== undefined) return { ...known, saved: value, changed: false };
  return { ...known, takenOver: { ...value, to: value.saved_at, cut_short: true }, changed: true };
}
