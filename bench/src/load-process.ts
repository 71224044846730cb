import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { LoadJob, LoadResult } from './load.js';

const WORKER = fileURLToPath(new URL('./load-worker.js', import.meta.url));

/** A load in a process of its own, so that it takes no turn of whom it measures. */
export class LoadProcess {
  readonly #child: ChildProcess;

  /** Resolves when the requests are prepared; nothing has been sent then. */
  static async prepare(job: LoadJob): Promise<LoadProcess> {
    const child = fork(WORKER, { execArgv: [] });
    const load = new LoadProcess(child);
    child.send(job);
    await load.#message();
    return load;
  }

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  async run(): Promise<LoadResult> {
    const answer = this.#message();
    this.#child.send('begin');
    const { result, error } = await answer;
    if (result === undefined) throw new Error(`the load failed: ${error}`);
    return result;
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  async #message(): Promise<{ result?: LoadResult; error?: string }> {
    const ended = once(this.#child, 'exit').then(([code]) => {
      throw new Error(`the load's process ended with ${code}`);
    });
    const [message] = await Promise.race([once(this.#child, 'message'), ended]);
    ended.catch(() => undefined);
    return message as { result?: LoadResult; error?: string };
  }
}

/** Prepares a load and runs it. */
export async function runLoad(job: LoadJob): Promise<LoadResult> {
  const load = await LoadProcess.prepare(job);
  return load.run();
}
