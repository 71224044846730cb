/** Counts the events of one tenant and day against a limit, so that no more than the limit are ever taken. */
export interface DayCounter {
  /** Takes so many, all or none; false when they are beyond the limit. Fails when it cannot be known. */
  take(events: number): boolean | Promise<boolean>;
  /** Counts what was recorded whatever the limit says: events of the server itself. */
  count(events: number): void;
  /** Gives back what was taken and not needed. */
  giveBack(events: number): void;
  /** Events of the day that are counted here, as far as this process knows. */
  readonly used: number;
  /** Ends the counting by this process. */
  close(): Promise<void>;
}

/**
 * The counter of a process that is the only one: begins from what the log holds, so that it is exact over restarts
 * without writing anything.
 */
export class SoleDayCounter implements DayCounter {
  readonly #limit: number;
  #used: number;

  /** @param used events of the day that are in the log or in the journal */
  constructor(limit: number, used: number) {
    this.#limit = limit;
    this.#used = used;
  }

  get used(): number {
    return this.#used;
  }

  take(events: number): boolean {
    if (this.#used + events > this.#limit) return false;
    this.#used += events;
    return true;
  }

  count(events: number): void {
    this.#used += events;
  }

  giveBack(events: number): void {
    this.#used -= events;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
