import { formatNs } from '@attestlog/event';
import type { Plan } from './plan.js';
import type { Random } from './random.js';

/** An event as a client sends it. */
export interface EventValue {
  id?: string;
  time?: string;
  action: string;
  actor?: { id: string };
  message?: string;
  request?: unknown;
  metadata: { content: number; batch?: number };
}

/** Makes events whose content is told apart by a number, with times of every kind that the rule of repeats knows. */
export class EventValues {
  readonly #plan: Plan;
  readonly #random: Random;
  #last = 0;

  constructor(plan: Plan, random: Random) {
    this.#plan = plan;
    this.#random = random;
  }

  make(nowNs: bigint, id: string | undefined, batch?: number): EventValue {
    const random = this.#random;
    this.#last += 1;
    const time = this.#time(nowNs);
    const payload = random.weighted({ none: 90, long: 4, huge: 0.3 });
    return {
      ...(id === undefined ? {} : { id }),
      ...(time === undefined ? {} : { time }),
      action: random.pick(['order.create', 'order.approve', 'user.login']),
      ...(random.chance(0.5) ? { actor: { id: `actor-${random.below(5)}` } } : {}),
      ...(payload === 'long' ? { message: 'long '.repeat(random.between(1_000, 3_000)) } : {}),
      ...(payload === 'huge' ? { request: { body: String(this.#last).repeat(60_000) } } : {}),
      metadata: batch === undefined ? { content: this.#last } : { content: this.#last, batch },
    };
  }

  /** Another event with the id of this one; some keep its time. */
  change(value: EventValue, nowNs: bigint, batch?: number): EventValue {
    const { time: _, ...changed } = this.make(nowNs, value.id, batch);
    const time = this.#random.chance(0.5) ? value.time : this.#time(nowNs);
    return time === undefined ? changed : { ...changed, time };
  }

  /** The same content, written in another order. */
  rewrite(value: EventValue): EventValue {
    return this.#random.chance(0.5)
      ? value
      : (Object.fromEntries(Object.entries(value).reverse()) as unknown as EventValue);
  }

  /** What no server takes. */
  invalid(nowNs: bigint): unknown {
    const value = this.make(nowNs, undefined);
    return this.#random.pick<unknown>([{ ...value, action: 'Wrong' }, { ...value, colour: 'red' }, [value], null]);
  }

  #time(nowNs: bigint): string | undefined {
    const { windowNs, maxFutureSkewNs } = this.#plan;
    const random = this.#random;
    const part = (of: bigint) => (of * BigInt(random.below(1000))) / 1000n;
    switch (random.weighted({ absent: 4, recent: 4, old: 2, edge: 1, ahead: 1 })) {
      case 'absent':
        return undefined;
      case 'recent':
        return formatNs(nowNs - part(5_000_000_000n));
      case 'old':
        return formatNs(nowNs - windowNs - part(3n * windowNs));
      case 'edge':
        return formatNs(nowNs - windowNs + part(maxFutureSkewNs));
      case 'ahead':
        return formatNs(nowNs + part((maxFutureSkewNs * 11n) / 10n));
    }
  }
}
