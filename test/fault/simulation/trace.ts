import { createHash } from 'node:crypto';

/** What a schedule did, step by step: a hash of it always, its lines when they are to be shown. */
export class Trace {
  readonly #hash = createHash('sha256');
  readonly #show: ((line: string) => void) | undefined;
  #steps = 0;

  constructor(show?: (line: string) => void) {
    this.#show = show;
  }

  get steps(): number {
    return this.#steps;
  }

  add(line: string): void {
    this.#steps += 1;
    this.#hash.update(`${line}\n`);
    this.#show?.(`${this.#steps} ${line}`);
  }

  digest(): string {
    return this.#hash.copy().digest('hex');
  }
}
