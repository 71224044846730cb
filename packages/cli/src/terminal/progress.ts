import type { Output } from './output.js';
import { fit } from './safe-text.js';

/** Milliseconds between two drawings of a bar, and between two plain lines. */
const DRAW_INTERVAL_MS = 100;
const LINE_INTERVAL_MS = 10_000;
const BAR_COLUMNS = 24;
const DEFAULT_COLUMNS = 80;

/** How far a long work is. `fraction` is from 0 to 1; undefined when the end is not known. */
export interface ProgressState {
  readonly fraction?: number | undefined;
  readonly text: string;
}

/**
 * Shows progress on stderr: a bar that is redrawn in place on a terminal, a plain line now and then elsewhere.
 * `describe` is called only when something is shown.
 */
export class Progress {
  readonly #output: Output;
  readonly #now: () => number;
  #shownAt: number;
  #drawn = false;

  constructor(output: Output, now: () => number) {
    this.#output = output;
    this.#now = now;
    this.#shownAt = now() - (output.isTTY ? DRAW_INTERVAL_MS : 0);
  }

  /** To be called often; cheap when nothing is due. */
  update(describe: () => ProgressState): void {
    const interval = this.#output.isTTY ? DRAW_INTERVAL_MS : LINE_INTERVAL_MS;
    if (this.#now() - this.#shownAt < interval) return;
    this.#shownAt = this.#now();
    const state = describe();
    if (!this.#output.isTTY) {
      const percent = state.fraction === undefined ? '' : ` (${percentOf(state.fraction)}%)`;
      this.#send(`${state.text}${percent}\n`);
      return;
    }
    this.#drawn = true;
    // One column stays free: a full last column makes some terminals wrap.
    this.#send(`\r${fit(barLine(state), (this.#output.columns ?? DEFAULT_COLUMNS) - 1)}`);
  }

  /** Removes the bar, so that other text can be written. */
  clear(): void {
    if (!this.#drawn) return;
    this.#drawn = false;
    this.#send(`\r${' '.repeat((this.#output.columns ?? DEFAULT_COLUMNS) - 1)}\r`);
  }

  // Progress that cannot be shown is no reason to stop the work.
  #send(text: string): void {
    this.#output.write(text).catch(() => {});
  }
}

function percentOf(fraction: number): number {
  return Math.floor(Math.min(1, Math.max(0, fraction)) * 100);
}

function barLine({ fraction, text }: ProgressState): string {
  if (fraction === undefined) return text;
  const filled = Math.round(Math.min(1, Math.max(0, fraction)) * BAR_COLUMNS);
  return `${'█'.repeat(filled)}${'░'.repeat(BAR_COLUMNS - filled)} ${String(percentOf(fraction)).padStart(3)}%  ${text}`;
}
