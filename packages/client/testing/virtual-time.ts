import { setImmediate as nextTurn } from 'node:timers/promises';

interface Timer {
  readonly atMs: number;
  readonly work: () => void;
}

/** Turns of the real loop after which whatever could go on without time has. */
const SETTLING_TURNS = 5;
/** What the process waits for that is no timer: files and sockets of this machine. */
const UNDER_WAY = /^(?:FSReq|PipeConnect|CloseReq|FileHandleCloseReq)/;

/** Time that passes when a test says so. */
export class VirtualTime {
  #nowMs: number;
  readonly #timers = new Set<Timer>();

  constructor(startMs = Date.UTC(2026, 0, 1)) {
    this.#nowMs = startMs;
  }

  readonly nowMs = (): number => this.#nowMs;

  readonly after = (delayMs: number, work: () => void): (() => void) => {
    const timer: Timer = { atMs: this.#nowMs + delayMs, work };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  };

  sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => this.after(milliseconds, resolve));
  }

  /** Lets everything happen that is due within so many milliseconds, in its order. */
  async pass(milliseconds: number): Promise<void> {
    const untilMs = this.#nowMs + milliseconds;
    for (;;) {
      await settle();
      const next = [...this.#timers].sort((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined || next.atMs > untilMs) break;
      this.#timers.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.work();
    }
    this.#nowMs = untilMs;
  }

  /** Lets time pass until the promise is settled. @throws when it is not after so long */
  async until<T>(promise: Promise<T>, limitMs = 3_600_000): Promise<T> {
    let isSettled = false;
    const note = () => {
      isSettled = true;
    };
    promise.then(note, note);
    const endMs = this.#nowMs + limitMs;
    await settle();
    while (!isSettled) {
      if (this.#nowMs > endMs) throw new Error(`not settled after ${limitMs} ms`);
      const next = Math.min(...[...this.#timers].map(({ atMs }) => atMs));
      await this.pass(Number.isFinite(next) ? Math.max(0, next - this.#nowMs) : 1000);
    }
    return promise;
  }
}

/** Lets promises, and reads of files, come to rest. */
export async function settle(): Promise<void> {
  for (let quietTurns = 0; quietTurns < SETTLING_TURNS; quietTurns++) {
    await nextTurn();
    if (process.getActiveResourcesInfo().some((name) => UNDER_WAY.test(name))) quietTurns = -1;
  }
}
