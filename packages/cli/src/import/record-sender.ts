import { backoffMs } from '@attestlog/client/log-reading';
import type { CommandContext } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { CliFailure } from '../failure.js';
import { failureFromProblem, isBusy } from '../http/problem-details.js';
import { type LineStream, StreamBroken } from './line-stream.js';
import type { ImportRecord } from './read-records.js';
import { parseResultLine, type RecordResult, type ResultLine } from './record-result.js';
import { RecordWindow } from './record-window.js';

/** Limits of a sender; tests make them small. */
export interface SenderLimits {
  /** Records, and characters of them, that may be without a result. */
  readonly windowRecords: number;
  readonly windowChars: number;
  /** A request that has lasted so long is ended and another one begun: proxies cut endless ones. */
  readonly requestMs: number;
  /** The source gives nothing for so long, and the request is ended: a server may answer in groups until then. */
  readonly idleMs: number;
  /** No result for so long although one is due, and the connection counts as broken. */
  readonly stallMs: number;
  /** Attempts one after the other without a single result before the import gives up. */
  readonly attempts: number;
}

export const defaultLimits: SenderLimits = {
  windowRecords: 10_000,
  windowChars: 16 * 1024 * 1024,
  requestMs: 60_000,
  idleMs: 1000,
  stallMs: 60_000,
  attempts: 8,
};

export interface SenderOptions {
  readonly url: string;
  readonly open: () => LineStream;
  readonly limits: SenderLimits;
  /** Told the fate of every record, once each and in order. */
  readonly onResult: (record: ImportRecord, result: RecordResult) => void;
  /** Told when records have to be sent again after a pause. */
  readonly onRetry: (reason: string, waitMs: number) => void;
}

/**
 * Sends records over one stream request after another, and goes on after the last result when one breaks. Sending a
 * record twice is harmless: it has an id, and the server keeps it once.
 */
export class RecordSender {
  readonly #context: CommandContext;
  readonly #options: SenderOptions;
  readonly #window: RecordWindow;
  readonly #source: AsyncIterator<ImportRecord[]>;
  #next: Promise<IteratorResult<ImportRecord[]>> | undefined;
  #exhausted = false;
  #results = 0;
  #lastProgressMs = 0;
  #wakeWriter = () => {};

  constructor(context: CommandContext, options: SenderOptions, source: AsyncIterator<ImportRecord[]>) {
    this.#context = context;
    this.#options = options;
    this.#source = source;
    this.#window = new RecordWindow(options.limits.windowRecords, options.limits.windowChars);
  }

  /**
   * Resolves when every record has its result.
   * @throws CliFailure when the server refuses the request itself, or cannot be reached for long; the signal's reason;
   * whatever the source throws
   */
  async run(): Promise<void> {
    const { signal, sleep, random } = this.#context;
    let failures = 0;
    while (await this.#hasMore()) {
      const before = this.#results;
      try {
        await this.#attempt();
        failures = 0;
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof StreamBroken)) throw error;
        failures = this.#results > before ? 1 : failures + 1;
        if (failures >= this.#options.limits.attempts) throw this.#gaveUp(error);
        const waitMs = backoffMs(failures, random(), error.retryAfterMs);
        this.#options.onRetry(error.message, waitMs);
        await sleep(waitMs, signal);
      }
    }
  }

  /** Waits for something to send without a request, which would be cut off if that took long. */
  async #hasMore(): Promise<boolean> {
    const interrupted = aborted(this.#context.signal);
    while (this.#window.size === 0 && !this.#exhausted) {
      await this.#nextBatch(interrupted);
      this.#context.signal.throwIfAborted();
    }
    return this.#window.size > 0;
  }

  /** One request, until it ends well. */
  async #attempt(): Promise<void> {
    const stream = this.#options.open();
    const stop = new AbortController();
    const abort = () => stream.destroy(new StreamBroken('interrupted'));
    this.#context.signal.addEventListener('abort', abort);
    this.#lastProgressMs = this.#context.now();
    const stallCheck = setInterval(() => this.#checkStall(stream), Math.min(1000, this.#options.limits.stallMs / 2));
    const reading = this.#read(stream).finally(() => stop.abort());
    const writing = this.#write(stream, stop.signal).catch((error: unknown) => {
      // A broken connection is told better by the side that reads: the server may have said why.
      if (!(error instanceof StreamBroken)) stream.destroy(new StreamBroken('stopped'));
      throw error;
    });
    const [read, wrote] = await Promise.allSettled([reading, writing]);
    clearInterval(stallCheck);
    this.#context.signal.removeEventListener('abort', abort);
    stream.destroy(new StreamBroken('done'));
    if (wrote.status === 'rejected' && !(wrote.reason instanceof StreamBroken)) throw wrote.reason;
    if (read.status === 'rejected') throw read.reason;
  }

  async #write(stream: LineStream, stop: AbortSignal): Promise<void> {
    const endsAt = this.#context.now() + this.#options.limits.requestMs;
    const stopped = aborted(stop);
    await this.#resend(stream);
    while (!stop.aborted) {
      if (!this.#window.hasRoom) {
        await this.#roomOr(stopped);
      } else if (this.#exhausted || this.#context.now() >= endsAt) {
        return stream.end();
      } else {
        const idle = timer(this.#options.limits.idleMs);
        const batch = await this.#nextBatch(Promise.race([stopped, idle.rings]));
        idle.cancel();
        if (batch !== undefined) await stream.write(batch);
        if (idle.hasRung()) return stream.end();
      }
    }
  }

  async #resend(stream: LineStream): Promise<void> {
    let chunk = '';
    for (const text of this.#window.texts()) {
      chunk += `${text}\n`;
      if (chunk.length < 65_536) continue;
      await stream.write(chunk);
      chunk = '';
    }
    if (chunk !== '') await stream.write(chunk);
  }

  /** Text of the next batch, which is in the window then; undefined if there is nothing to write, or when stopped. */
  async #nextBatch(stopped: Promise<undefined>): Promise<string | undefined> {
    // Kept over a broken request: what the source is about to give must not be lost.
    this.#next ??= this.#source.next();
    const step = await Promise.race([this.#next, stopped]);
    if (step === undefined) return undefined;
    this.#next = undefined;
    if (step.done === true) {
      this.#exhausted = true;
      return undefined;
    }
    if (this.#window.size === 0) this.#lastProgressMs = this.#context.now();
    this.#window.push(step.value);
    this.#settleUnsendable();
    let text = '';
    for (const record of step.value) if (record.text !== undefined) text += `${record.text}\n`;
    return text === '' ? undefined : text;
  }

  async #read(stream: LineStream): Promise<void> {
    let answered = 0;
    for await (const text of stream.lines()) {
      const line = parseResultLine(text);
      if (line === undefined) throw this.#unexpected('a line that is no result');
      if (line.kind === 'done') {
        if (this.#window.size > 0) throw new StreamBroken('the server ended without a result for every record');
        return;
      }
      if (line.kind === 'stopped') throw this.#stopped(line);
      answered += 1;
      if (line.line !== undefined && line.line !== answered) throw this.#unexpected(`line ${line.line} out of order`);
      this.#settle(line.result);
    }
    throw new StreamBroken('the connection was closed in the middle');
  }

  #settle(result: RecordResult): void {
    const record = this.#window.shift();
    if (record === undefined) throw this.#unexpected('more results than records');
    this.#results += 1;
    this.#lastProgressMs = this.#context.now();
    this.#options.onResult(record, result);
    this.#settleUnsendable();
    this.#wakeWriter();
  }

  /** What could not even be sent is told when its turn comes, so that results stay in order. */
  #settleUnsendable(): void {
    for (let record = this.#window.oldest; record?.problems !== undefined; record = this.#window.oldest) {
      this.#window.shift();
      this.#options.onResult(record, { status: 'refused', problems: record.problems });
    }
  }

  #roomOr(stopped: Promise<undefined>): Promise<unknown> {
    const room = new Promise<void>((resolve) => {
      this.#wakeWriter = resolve;
    });
    return Promise.race([room, stopped]);
  }

  #checkStall(stream: LineStream): void {
    if (this.#window.size === 0) return;
    if (this.#context.now() - this.#lastProgressMs < this.#options.limits.stallMs) return;
    stream.destroy(new StreamBroken('the server has not answered for too long'));
  }

  #stopped({ problem }: Extract<ResultLine, { kind: 'stopped' }>): Error {
    if (problem.status === undefined || isBusy(problem.status) || problem.status >= 500) {
      return new StreamBroken(problem.title ?? 'the server stopped early');
    }
    return failureFromProblem(problem, this.#options.url);
  }

  #unexpected(what: string): CliFailure {
    return new CliFailure(EXIT.unexpected, `The server answered with ${what}`, { detail: this.#options.url });
  }

  #gaveUp(cause: StreamBroken): CliFailure {
    return new CliFailure(EXIT.unreachable, `The server gave no result in ${this.#options.limits.attempts} attempts`, {
      detail: cause.message,
      remedy: 'Run the same command again later: it goes on where it stopped.',
      cause,
    });
  }
}

/** Resolves with undefined when the signal is aborted. */
function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}

/** Resolves after so many milliseconds, unless it is cancelled. */
function timer(ms: number): { rings: Promise<undefined>; hasRung: () => boolean; cancel: () => void } {
  let rung = false;
  let cancel = () => {};
  const rings = new Promise<undefined>((resolve) => {
    const timeout = setTimeout(() => {
      rung = true;
      resolve(undefined);
    }, ms);
    cancel = () => clearTimeout(timeout);
  });
  return { rings, hasRung: () => rung, cancel: () => cancel() };
}
