import type { ReadyEvent } from '../delivery.js';
import type { PendingEvent } from './pending-event.js';

/** Behind so many taken events the array is cut, so that taking costs the same however long the queue is. */
const CUT_AT_EVENTS = 1024;

/** The events of one tenant on their way, in their order, and how many of them may go at once. */
export class Lane {
  readonly tenant: string | undefined;
  readonly #batchMaxEvents: number;
  #events: PendingEvent[] = [];
  #head = 0;
  #limit: number;
  /** So many events, counted from the front, wait for nothing more. */
  dueEvents = 0;
  /** Characters of the events that wait. */
  chars = 0;
  requests = 0;
  /** Refusals of this tenant (quota, permission) in a row. */
  failures = 0;
  /** Whether it waits for its time to try again. */
  isPaused = false;
  cancelLinger: (() => void) | undefined;

  constructor(tenant: string | undefined, batchMaxEvents: number) {
    this.tenant = tenant;
    this.#batchMaxEvents = batchMaxEvents;
    this.#limit = batchMaxEvents;
  }

  get length(): number {
    return this.#events.length - this.#head;
  }

  get front(): PendingEvent | undefined {
    return this.#events[this.#head];
  }

  push(event: PendingEvent): void {
    this.#events.push(event);
    this.chars += event.event.json.length;
  }

  /** The next events for one request. One that is under suspicion goes alone. */
  take(maxChars: number): PendingEvent[] {
    const most = Math.min(this.length, this.dueEvents, this.#limit);
    let count = 0;
    let chars = 0;
    while (count < most) {
      const next = this.#events[this.#head + count]!;
      const length = next.event.json.length + 1;
      if (count > 0 && (next.suspicion !== undefined || chars + length > maxChars)) break;
      chars += length;
      count += 1;
      if (next.suspicion !== undefined) break;
    }
    const taken = this.#events.slice(this.#head, this.#head + count);
    this.#head += count;
    this.chars -= chars - count;
    this.dueEvents -= count;
    if (this.#head >= CUT_AT_EVENTS || this.#head === this.#events.length) {
      this.#events = this.#events.slice(this.#head);
      this.#head = 0;
    }
    return taken;
  }

  /** The first events that wait, at most so many of them and of their characters, which stay. */
  first(maxEvents: number, maxChars: number): ReadyEvent[] {
    const found: ReadyEvent[] = [];
    let chars = 0;
    for (const { event } of this.#events.slice(this.#head, this.#head + maxEvents)) {
      chars += event.json.length + 1;
      if (chars > maxChars) break;
      found.push(event);
    }
    return found;
  }

  /** Puts back what was taken and did not arrive. */
  putBack(events: readonly PendingEvent[]): void {
    this.#events = [...events, ...this.#events.slice(this.#head)];
    this.#head = 0;
    this.#noteReturned(events);
  }

  /** Lets the others go before it. */
  putLast(event: PendingEvent): void {
    this.#events.push(event);
    this.#noteReturned([event]);
    this.dueEvents = this.length;
  }

  /** After a batch of so many events was too much. */
  shrink(events: number): void {
    this.#limit = Math.max(1, Math.ceil(events / 2));
  }

  /** After a batch went through: as fast up as it went down. */
  grow(): void {
    this.#limit = Math.min(this.#batchMaxEvents, this.#limit * 2);
  }

  #noteReturned(events: readonly PendingEvent[]): void {
    for (const { event } of events) this.chars += event.json.length;
    this.dueEvents += events.length;
  }
}
