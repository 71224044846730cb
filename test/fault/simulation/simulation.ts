import { MemoryClock } from '../../../packages/server/src/adapters/memory/memory-clock.js';
import type { Breakage } from './breakage.js';
import { Clients } from './clients.js';
import { FaultSource } from './fault-source.js';
import { History } from './history.js';
import type { Request } from './ledger.js';
import type { Plan } from './plan.js';
import { Process } from './process.js';
import { ProcessPorts } from './process-ports.js';
import type { Random } from './random.js';
import { readBack } from './read-back.js';
import { sendRequest } from './send-request.js';
import type { Trace } from './trace.js';
import { Turns } from './turns.js';

/** A place where a process runs, with the clock of its machine. */
interface Slot {
  readonly clock: MemoryClock;
  running: { process: Process; ports: ProcessPorts } | undefined;
}

/** Messages that were given up by their senders, and may arrive yet. */
interface Late {
  settleDelayed(): Promise<void>;
}

/** The state of one schedule, and the steps that it is made of. */
export class Simulation {
  readonly history = new History();
  readonly turns: Turns;
  readonly clients: Clients;
  readonly slots: readonly Slot[];
  readonly faults: FaultSource;
  readonly random: Random;
  readonly trace: Trace;
  readonly plan: Plan;
  readonly #breakage: Breakage;
  #lateOfTheDead: Late[] = [];
  #isDelivering = false;
  #broken: unknown;

  constructor(plan: Plan, random: Random, trace: Trace, breakage: Breakage) {
    this.plan = plan;
    this.random = random;
    this.trace = trace;
    this.#breakage = breakage;
    this.turns = new Turns(plan.newestFirst);
    this.faults = new FaultSource(plan, random, trace);
    this.clients = new Clients(plan, random, breakage.sharesIds === true);
    this.slots = Array.from({ length: plan.slots }, () => ({
      clock: new MemoryClock(plan.startNs),
      running: undefined,
    }));
  }

  /** The process in a slot, once it takes requests. */
  ready(index: number): Process | undefined {
    const process = this.slots[index]!.running?.process;
    return process?.isReady ? process : undefined;
  }

  /** Ends a step: every operation is held or done, the observer has looked, and nothing was found broken. */
  async settle(): Promise<void> {
    await this.turns.quiet();
    this.history.observe();
    if (this.#broken !== undefined) throw this.#broken;
  }

  /** Begins a process where none runs. */
  start(index: number): void {
    const slot = this.slots[index]!;
    const yieldPoint = (label: string): Promise<void> => {
      if (this.#isDelivering) return Promise.resolve();
      return process.isDead ? new Promise(() => undefined) : this.turns.park(process, `${index} ${label}`);
    };
    const ports = new ProcessPorts(this.history.world, yieldPoint, this.faults.choose, this.#breakage);
    const parts = {
      ports,
      clock: slot.clock,
      plan: this.plan,
      random: this.random,
      breakage: this.#breakage,
      yieldToLoop: () => yieldPoint('loop'),
    };
    const process: Process = new Process(parts, this.clients.ledger.answers.length);
    slot.running = { process, ports };
    this.#watch(process, process.start(), () => this.crash(index));
  }

  /**
   * A process is gone, at whatever it was. Its appends have happened or never will, as its successor must find them;
   * its other messages may still be late.
   */
  crash(index: number): void {
    const slot = this.slots[index]!;
    if (slot.running === undefined) return;
    const { process, ports } = slot.running;
    slot.running = undefined;
    this.turns.drop(process);
    process.die();
    const { failed } = this.clients.ledger;
    for (const request of process.underWay) failed.push({ request, slot: index });
    if (this.random.chance(0.5)) this.#arrive([ports.lateAppends]);
    this.#lateOfTheDead.push(...ports.late);
    this.#breakage.onCrash?.(this.history.world);
  }

  send(index: number, request: Request): void {
    const process = this.slots[index]!.running!.process;
    this.#watch(process, sendRequest(process, request, index, { ...this, ledger: this.clients.ledger }));
  }

  seal(index: number): void {
    const process = this.slots[index]!.running!.process;
    this.#watch(process, process.seal(), (error) => this.faults.requireKnown(error));
  }

  read(index: number): void {
    const process = this.slots[index]!.running!.process;
    this.#watch(process, readBack(process, { ...this, ledger: this.clients.ledger }));
  }

  /** Some of the late messages arrive, or all of them. */
  deliver(all: boolean): void {
    const living = this.slots.flatMap(({ running }) =>
      running ? [running.ports.lateAppends, ...running.ports.late] : [],
    );
    this.#arrive([...this.#lateOfTheDead, ...living].filter(() => all || this.random.chance(0.5)));
    if (all) this.#lateOfTheDead = [];
  }

  /** Late appends arrive now or never: nothing takes longer than a long pause. */
  deliverAppends(): void {
    this.#arrive(this.slots.flatMap(({ running }) => (running ? [running.ports.lateAppends] : [])));
  }

  /** All of it within this step: while messages arrive, nothing is held at a yield point. */
  #arrive(late: readonly Late[]): void {
    this.#isDelivering = true;
    const arrived = late.reduce((before, each) => before.then(() => each.settleDelayed()), Promise.resolve());
    void arrived.finally(() => {
      this.#isDelivering = false;
    });
  }

  #watch(process: Process, work: Promise<unknown>, onFailure?: (error: unknown) => void): void {
    work.catch((error: unknown) => {
      if (process.isDead) return;
      try {
        if (onFailure === undefined) throw error;
        onFailure(error);
      } catch (broken) {
        this.#broken ??= broken;
      }
    });
  }
}
