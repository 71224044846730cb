interface Queued<Job, Result> {
  job: Job;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

export interface CommitLoopOptions<Job, Result> {
  /** Commits a group and gives one result for each job, in their order. Never called while an earlier call runs. */
  commit(jobs: readonly Job[]): Promise<readonly Result[]>;
  /** What a job counts towards `maxGroupWeight`. */
  weigh(job: Job): number;
  /** A group ends before the job that would make it heavier than this; a heavier job goes alone. */
  maxGroupWeight: number;
}

/**
 * Group commit: the jobs that queue up while one commit runs share the next one, and so its one wait for the disk.
 * Jobs are committed in the order in which they were submitted. A commit that fails, fails every job of its group.
 *
 * The queue has no limit of its own: whoever submits bounds what is under way.
 */
export class CommitLoop<Job, Result> {
  readonly #options: CommitLoopOptions<Job, Result>;
  #queue: Queued<Job, Result>[] = [];
  #running: Promise<void> | undefined;

  constructor(options: CommitLoopOptions<Job, Result>) {
    this.#options = options;
  }

  submit(job: Job): Promise<Result> {
    const { promise, resolve, reject } = newPromise<Result>();
    this.#queue.push({ job, resolve, reject });
    this.#running ??= this.#run();
    return promise;
  }

  /** Resolves when nothing is queued or under way. Never rejects. */
  async idle(): Promise<void> {
    while (this.#running) await this.#running;
  }

  async #run(): Promise<void> {
    // Callers that were all released by the last commit come back in this turn: let them join one group.
    await Promise.resolve();
    while (this.#queue.length > 0) await this.#commitGroup(this.#takeGroup());
    this.#running = undefined;
  }

  async #commitGroup(group: readonly Queued<Job, Result>[]): Promise<void> {
    try {
      const results = await this.#options.commit(group.map((queued) => queued.job));
      for (const [place, queued] of group.entries()) queued.resolve(results[place] as Result);
    } catch (error) {
      for (const queued of group) queued.reject(error);
    }
  }

  #takeGroup(): Queued<Job, Result>[] {
    let weight = 0;
    let count = 0;
    for (const { job } of this.#queue) {
      weight += this.#options.weigh(job);
      if (count > 0 && weight > this.#options.maxGroupWeight) break;
      count += 1;
    }
    const group = this.#queue.slice(0, count);
    this.#queue = this.#queue.slice(count);
    return group;
  }
}

function newPromise<T>() {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}
