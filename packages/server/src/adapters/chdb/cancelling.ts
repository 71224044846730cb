import { setTimeout as pause } from 'node:timers/promises';

const FIRST_PAUSE_MS = 5;
const MAX_PAUSE_MS = 500;

/** A query that may be cancelled, from its start until {@link end}. */
export interface Cancellable {
  /** Stands at the beginning of the query, by which it is found; nothing where nobody can cancel it. */
  readonly mark: string;
  end(): void;
}

/**
 * Ends queries inside the engine. The driver cannot: its own signal only gives up waiting, while the engine goes on. The
 * engine stops a query at its next block of rows, some milliseconds to some tenths of a second later.
 */
export class Cancelling {
  readonly #run: (sql: string) => Promise<unknown>;
  readonly #underWay = new Set<Promise<void>>();
  #queries = 0;

  /** @param run runs a statement on a session that no query uses */
  constructor(run: (sql: string) => Promise<unknown>) {
    this.#run = run;
  }

  /** Follows the signal for one query. */
  follow(signal: AbortSignal | undefined): Cancellable {
    if (signal === undefined) return { mark: '', end: () => undefined };
    const mark = `/*query ${++this.#queries}*/ `;
    let isOver = false;
    const onAbort = () => {
      const work = this.#cancel(mark, () => isOver).finally(() => this.#underWay.delete(work));
      this.#underWay.add(work);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    return {
      mark,
      end: () => {
        isOver = true;
        signal.removeEventListener('abort', onAbort);
      },
    };
  }

  /** Waits until nothing is being cancelled. */
  async settled(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  /** Again and again: the query may not have begun in the engine yet, but wait for a thread. */
  async #cancel(mark: string, isOver: () => boolean): Promise<void> {
    for (let pauseMs = FIRST_PAUSE_MS; !isOver(); pauseMs = Math.min(2 * pauseMs, MAX_PAUSE_MS)) {
      await this.#run(`KILL QUERY WHERE startsWith(query, '${mark}') ASYNC`).catch(() => undefined);
      if (!isOver()) await pause(pauseMs, undefined, { ref: false });
    }
  }
}
