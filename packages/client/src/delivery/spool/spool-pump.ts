import type { DeliveryOptions, DeliveryWorld } from '../delivery.js';
import type { Sender } from '../sending/sender.js';
import type { SourcedEvent, SpoolSource } from './spool-source.js';

/** So many events of spools are in memory at once, however many wait on disk. */
const WINDOW_EVENTS = 4000;
const WINDOW_BATCHES = 4;

export interface SpoolPumpParts {
  readonly sender: Sender;
  readonly world: Pick<DeliveryWorld, 'after'>;
  readonly options: Pick<DeliveryOptions, 'batchMaxBytes' | 'retryMaxDelayMs'>;
  /** So many events are in memory now. */
  readonly onRead: (source: SpoolSource, events: number) => void;
  /** An event was settled that takes so many bytes of a spool. */
  readonly onSettled: (source: SpoolSource, bytes: number) => void;
  /** A source that never gets anything more is delivered to its end. */
  readonly onFinished: (source: SpoolSource) => Promise<void>;
  readonly onError: (error: unknown) => void;
}

/** Brings events from spools to the sender, as many as fit into its window. */
export class SpoolPump {
  readonly #parts: SpoolPumpParts;
  /** Each with whether its writer is gone. */
  readonly #sources = new Map<SpoolSource, boolean>();
  #running: Promise<void> | undefined;
  #isAskedAgain = false;
  #isStopped = false;
  #cancelRetry: (() => void) | undefined;

  constructor(parts: SpoolPumpParts) {
    this.#parts = parts;
  }

  /** @param isEnded whether its writer is gone */
  add(source: SpoolSource, isEnded: boolean): void {
    this.#sources.set(source, isEnded);
    this.run();
  }

  /** Reads on: there is more in a spool, or more room. */
  run(): void {
    if (this.#isStopped) return;
    this.#isAskedAgain = true;
    if (this.#running !== undefined) return;
    this.#running = this.#loop().finally(() => {
      this.#running = undefined;
      if (this.#isAskedAgain) this.run();
    });
  }

  /** Writes down what is settled, and goes on. */
  report(): void {
    for (const source of this.#sources.keys()) source.report();
    this.run();
  }

  /** Reads no more. Resolves when no file is open. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#isAskedAgain = false;
    this.#cancelRetry?.();
    await this.#running;
    for (const source of this.#sources.keys()) await source.close();
  }

  async #loop(): Promise<void> {
    while (this.#isAskedAgain && this.#hasRoom() && !this.#isStopped) {
      this.#isAskedAgain = false;
      for (const [source, isEnded] of [...this.#sources]) await this.#draw(source, isEnded);
    }
    this.#isAskedAgain = false;
    // They have waited for others on disk.
    this.#parts.sender.sendNow();
  }

  /** One piece of one source, so that none waits for another's backlog. */
  async #draw(source: SpoolSource, isEnded: boolean): Promise<void> {
    try {
      const events = await source.next();
      if (this.#isStopped) return;
      if (events !== undefined) {
        this.#parts.onRead(source, events.length);
        for (const event of events) this.#offer(source, event);
        this.#isAskedAgain = true;
      } else if (isEnded && !source.isPending) {
        this.#sources.delete(source);
        await source.close();
        await this.#parts.onFinished(source);
      }
    } catch (error) {
      this.#parts.onError(error);
      this.#cancelRetry?.();
      this.#cancelRetry = this.#parts.world.after(this.#parts.options.retryMaxDelayMs, () => this.run());
    }
  }

  #offer(source: SpoolSource, { event, bytes, settle }: SourcedEvent): void {
    this.#parts.sender.offer({
      event,
      settle: () => {
        settle();
        this.#parts.onSettled(source, bytes);
      },
    });
  }

  #hasRoom(): boolean {
    const { sender, options } = this.#parts;
    return sender.events < WINDOW_EVENTS && sender.chars < WINDOW_BATCHES * options.batchMaxBytes;
  }
}
