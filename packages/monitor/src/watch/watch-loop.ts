import type { RecordQueue } from './record-queue.js';
import type { WatchEngine } from './watch-engine.js';
import type { Notice, WatchKernel } from './watch-kernel.js';

export interface WatchLoopOptions {
  readonly engine: WatchEngine;
  readonly kernel: WatchKernel;
  readonly queue: RecordQueue;
  /** How long notices are gathered, so that what belongs together is seen together. */
  readonly settleMs: number;
  /** How often parts are compared that cannot be watched. */
  readonly pollMs: number;
  /** Notices that wait for the engine, at most; then all are dropped, and the whole tree is compared. */
  readonly maxNotices: number;
  readonly nowMs: () => number;
  /** Calls back once, after that time; gives what cancels it. */
  readonly timer: (ms: number, then: () => void) => () => void;
}

type Task = () => Promise<void>;

/** Runs the engine: one batch, one comparison at a time. */
export class WatchLoop {
  readonly #options: WatchLoopOptions;
  readonly #tasks: Task[] = [];
  readonly #stop = new AbortController();
  #notices: Notice[] = [];
  #completeUntilMs: number | undefined;
  #lost = false;
  #settling = false;
  #nextPollMs = 0;
  #wake: () => void = () => {};
  #ended: Promise<void> = Promise.resolve();

  constructor(options: WatchLoopOptions) {
    this.#options = options;
    options.kernel.onNotices((notices, completeUntilMs) => {
      this.#completeUntilMs = completeUntilMs ?? this.#completeUntilMs;
      this.#gather(notices);
    });
    options.kernel.onFailure((error) => options.queue.fail(error));
  }

  get waitingNotices(): number {
    return this.#notices.length;
  }

  start(): void {
    this.#ended = this.#run().catch((error: Error) => this.#options.queue.fail(error));
  }

  /** Runs between batches; rejects where the task does. */
  do<T>(task: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#tasks.push(() => task().then(resolve, reject));
      this.#wake();
    });
  }

  /** What happened before this call has been read when it resolves, or is in the queue of records. */
  async settled(waitsFor: 'read' | 'told'): Promise<void> {
    if (this.#stop.signal.aborted) return;
    const settled = this.#options.engine.settled(waitsFor);
    if (!this.#settling) this.#wake();
    await settled;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.#options.queue.end();
    this.#wake();
    await this.#ended;
  }

  #gather(notices: readonly Notice[]): void {
    if (this.#notices.length + notices.length > this.#options.maxNotices) {
      this.#notices = [];
      this.#lost = true;
    } else for (const notice of notices) this.#notices.push(notice);
    if (!this.#settling || this.#lost) this.#wake();
  }

  async #run(): Promise<void> {
    const { engine, queue } = this.#options;
    while (!this.#stop.signal.aborted) {
      await this.#work();
      if (this.#stop.signal.aborted) return;
      await queue.room();
      for (const task of this.#tasks.splice(0)) await task();
      if (this.#lost) {
        this.#lost = false;
        engine.noticesLost();
      }
      const notices = this.#notices;
      this.#notices = [];
      await engine.batch(notices, this.#completeUntilMs);
      if (engine.needsPolling && this.#options.nowMs() >= this.#nextPollMs) await this.#poll();
    }
  }

  /** Resolves when there is something to do: notices that have settled, a task, or who waits for all to be told. */
  async #work(): Promise<void> {
    const { engine, settleMs, nowMs } = this.#options;
    while (!this.#stop.signal.aborted && this.#tasks.length === 0 && !this.#lost) {
      const hasNotices = this.#notices.length > 0;
      if (!hasNotices && engine.hasNewSettlers) return;
      if (hasNotices) {
        this.#settling = true;
        const wasWoken = await this.#wait(settleMs);
        this.#settling = false;
        if (!wasWoken) return;
      } else if (engine.needsPolling) {
        if (!(await this.#wait(Math.max(1, this.#nextPollMs - nowMs())))) return;
      } else await this.#wait(undefined);
    }
  }

  /** Waits at least ten times as long as the last look took, so that it never takes more than a tenth of the time. */
  async #poll(): Promise<void> {
    const { engine, pollMs, nowMs } = this.#options;
    const began = nowMs();
    await engine.poll();
    const took = nowMs() - began;
    this.#nextPollMs = nowMs() + Math.max(pollMs, took * 10);
  }

  /** Whether it was woken before the time was over. */
  #wait(ms: number | undefined): Promise<boolean> {
    return new Promise((resolve) => {
      const cancel = ms === undefined ? () => {} : this.#options.timer(ms, () => resolve(false));
      this.#wake = () => {
        cancel();
        resolve(true);
      };
    });
  }
}
