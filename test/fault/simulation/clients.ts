import { type EventValue, EventValues } from './event-values.js';
import { Ledger, type Request } from './ledger.js';
import type { Intent, Plan } from './plan.js';
import type { Random } from './random.js';

/** Decides what the clients send next. */
export class Clients {
  readonly ledger = new Ledger();
  readonly #values: EventValues;
  readonly #plan: Plan;
  readonly #random: Random;
  readonly #sharesIds: boolean;
  #lastId = 0;
  #lastBatch = 0;

  constructor(plan: Plan, random: Random, sharesIds: boolean) {
    this.#plan = plan;
    this.#random = random;
    this.#sharesIds = sharesIds;
    this.#values = new EventValues(plan, random);
  }

  /** A request to the process in this slot: of new events and repeated ones, or one that failed before. */
  next(slot: number, nowNs: bigint): Request {
    const { traffic, batchRate, atomicRate, maxBatchItems } = this.#plan;
    const intent = this.#random.weighted(traffic);
    if (intent === 'retry' || intent === 'retry-changed') {
      const retried = this.#retry(slot, nowNs, intent === 'retry-changed');
      if (retried !== undefined) return retried;
    }
    const isBatch = this.#random.chance(batchRate);
    const atomic = isBatch && this.#random.chance(atomicRate);
    const tenant = `tenant-${this.#random.below(this.#plan.tenants)}`;
    const batch = atomic ? ++this.#lastBatch : undefined;
    const items: unknown[] = [this.#item(intent, tenant, slot, nowNs, batch)];
    if (isBatch) {
      const count = this.#random.between(1, maxBatchItems);
      while (items.length < count) {
        items.push(this.#item(this.#random.weighted(traffic), tenant, slot, nowNs, batch));
      }
    }
    return this.#recorded({ tenant, items, atomic, ...(batch === undefined ? {} : { batch }) });
  }

  /** One new event that nothing speaks against: sealing it trims what is still in the journal. */
  lastOne(): Request {
    return { tenant: 'tenant-0', items: [{ action: 'simulation.end' }], atomic: false };
  }

  #item(intent: Intent, tenant: string, slot: number, nowNs: bigint, batch: number | undefined): unknown {
    if (intent === 'invalid') return this.#values.invalid(nowNs);
    if (intent === 'unnamed') return this.#values.make(nowNs, undefined, batch);
    if (intent === 'again' || intent === 'changed') {
      const isChanged = intent === 'changed';
      const known = this.ledger.used.filter(
        (used) =>
          used.tenant === tenant &&
          (isChanged ? used.home === slot || this.#sharesIds : used.value.metadata.batch === undefined) &&
          (used.home === slot || used.home === undefined),
      );
      // Mostly those of late: they may still be on their way.
      const chosen = this.#random.pick(this.#random.chance(0.7) ? known.slice(-6) : known);
      if (chosen !== undefined) {
        if (!isChanged) return this.#values.rewrite(chosen.value);
        const value = this.#values.change(chosen.value, nowNs, batch);
        if (this.#random.chance(0.5)) this.ledger.used.push({ ...chosen, value });
        return value;
      }
    }
    this.#lastId += 1;
    const value = this.#values.make(nowNs, `id-${this.#lastId}`, batch);
    const anywhere = this.#plan.slots > 1 && (this.#sharesIds || this.#random.chance(0.3));
    this.ledger.used.push({ tenant, value, home: anywhere ? undefined : slot });
    return value;
  }

  /** A request that failed: as it was, or with other content, or in part. */
  #retry(slot: number, nowNs: bigint, isChanged: boolean): Request | undefined {
    const { failed } = this.ledger;
    const place = failed.findLastIndex((attempt) => attempt.slot === slot);
    if (place < 0) return undefined;
    const [{ request }] = failed.splice(place, 1) as [(typeof failed)[number]];
    if (!isChanged) return request;
    const { batch: _, ...rest } = request;
    const batch = request.atomic ? ++this.#lastBatch : undefined;
    const items = request.items.flatMap((item) => {
      const value = item as EventValue | null;
      const home = this.ledger.used.find((used) => used.tenant === request.tenant && used.value.id === value?.id)?.home;
      const canChange = value?.id !== undefined && (home === slot || (this.#sharesIds && home === undefined));
      // In an atomic batch every item changes, as the number of the batch is content.
      if (request.atomic) return canChange ? [this.#values.change(value, nowNs, batch)] : [];
      return [canChange && this.#random.chance(0.6) ? this.#values.change(value, nowNs) : item];
    });
    if (items.length === 0) return undefined;
    return this.#recorded({ ...rest, items, ...(batch === undefined ? {} : { batch }) });
  }

  #recorded(request: Request): Request {
    if (request.atomic) this.ledger.atomic.push(request);
    return request;
  }
}
