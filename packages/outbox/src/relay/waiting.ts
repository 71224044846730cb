/** A wait that can be ended early. One that is ended before it begins is over at once, so that no wake is missed. */
export class Waiting {
  #isWoken = false;
  #end: (() => void) | undefined;

  wake(): void {
    this.#isWoken = true;
    this.#end?.();
  }

  /** Forgets earlier wakes: from here on they count for the next wait. */
  reset(): void {
    this.#isWoken = false;
  }

  async wait(delayMs: number): Promise<void> {
    if (this.#isWoken) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, delayMs);
      this.#end = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#end = undefined;
  }
}
