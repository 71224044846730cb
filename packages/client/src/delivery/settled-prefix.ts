/** How far a sequence is settled without a hole, when its members are settled in any order. */
export class SettledPrefix {
  /** What is settled beyond the first that is not. */
  readonly #ahead = new Set<number>();
  #last = 0;
  #through = 0;

  /** The number of members. */
  get last(): number {
    return this.#last;
  }

  /** All up to this one are settled. */
  get through(): number {
    return this.#through;
  }

  /** Adds a member and gives its number, from 1. */
  add(): number {
    this.#last += 1;
    return this.#last;
  }

  /** How many are not settled. */
  get pending(): number {
    return this.#last - this.#through - this.#ahead.size;
  }

  settle(number: number): void {
    this.#ahead.add(number);
    while (this.#ahead.delete(this.#through + 1)) this.#through += 1;
  }
}
