import type { Random } from './random.js';

interface Parked {
  owner: object;
  label: string;
  goOn(): void;
}

/**
 * Holds every operation of every process at its yield points, until the schedule gives it a turn. Between two turns
 * all code of the simulation stands still, so which step comes next is the schedule's choice alone.
 */
export class Turns {
  readonly #newestFirst: number;
  #parked: Parked[] = [];
  #stalled: object | undefined;

  /** @param newestFirst chance that the operation which was parked last goes on first, and older ones grow old */
  constructor(newestFirst: number) {
    this.#newestFirst = newestFirst;
  }

  get waiting(): number {
    return this.#parked.length;
  }

  /** Holds an operation of this owner here until {@link giveOne} picks it; for ever if its owner is dropped before. */
  park(owner: object, label: string): Promise<void> {
    return new Promise((resolve) => {
      this.#parked.push({ owner, label, goOn: resolve });
    });
  }

  /** Gives this owner no turn while another one has an operation waiting; undefined ends that. */
  stall(owner: object | undefined): void {
    this.#stalled = owner;
  }

  /** Lets one operation go on, up to its next yield point. Gives its label. */
  giveOne(random: Random): string {
    const moving = this.#parked.filter(({ owner }) => owner !== this.#stalled);
    const eligible = moving.length > 0 ? moving : this.#parked;
    const chosen = random.chance(this.#newestFirst) ? eligible.at(-1)! : random.pick(eligible);
    this.#parked.splice(this.#parked.indexOf(chosen), 1);
    chosen.goOn();
    return chosen.label;
  }

  /** A crash: what is held never goes on. Before its effect, it has not happened; after it, nobody hears of it. */
  drop(owner: object): void {
    this.#parked = this.#parked.filter((parked) => parked.owner !== owner);
  }

  /** Resolves when every operation is parked or done: all reactions have run before the event loop turns. */
  quiet(): Promise<void> {
    return new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}
