import type { ReadyEvent } from './delivery.js';
import { FlushBarriers } from './flush-barriers.js';
import type { Settlement } from './sending/pending-event.js';
import type { Sender } from './sending/sender.js';
import { SettledPrefix } from './settled-prefix.js';

/** Events that wait in memory alone, and who waits for them. */
export class Offers {
  readonly #sender: Sender;
  readonly #barriers = new FlushBarriers();
  readonly #settled = new SettledPrefix();
  #chars = 0;

  constructor(sender: Sender) {
    this.#sender = sender;
  }

  offer(event: ReadyEvent, onSettled?: (settlement: Settlement) => void): void {
    const number = this.#settled.add();
    this.#chars += event.json.length;
    this.#sender.offer({
      event,
      settle: (settlement) => {
        this.#settled.settle(number);
        this.#chars -= event.json.length;
        onSettled?.(settlement);
        this.#barriers.reach(this.#settled.through);
      },
    });
  }

  /** How many are not settled. */
  get pending(): number {
    return this.#settled.pending;
  }

  /** Characters of their JSON. */
  get chars(): number {
    return this.#chars;
  }

  /** Resolves when all that was offered before is settled. @throws the signal's reason when that is aborted first */
  settled(signal?: AbortSignal): Promise<void> {
    return this.#barriers.wait(this.#settled.last, signal);
  }
}
