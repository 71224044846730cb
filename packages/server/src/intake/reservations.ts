/**
 * Ids that are being decided about now. Two requests that bring the same id at once are handled one after the other,
 * so that the second one is told that it is a repeat.
 */
export class Reservations {
  readonly #held = new Map<number, Promise<void>>();

  /**
   * Waits until none of the keys is held, then holds them all. Nothing is held while waiting, so two requests can
   * never wait for each other. Resolves with the function that lets go.
   */
  async hold(keys: readonly number[]): Promise<() => void> {
    for (;;) {
      const other = this.#firstHeld(keys);
      if (other === undefined) break;
      await other;
    }
    let letGo: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    for (const key of keys) this.#held.set(key, held);
    return () => {
      for (const key of keys) this.#held.delete(key);
      letGo();
    };
  }

  #firstHeld(keys: readonly number[]): Promise<void> | undefined {
    for (const key of keys) {
      const other = this.#held.get(key);
      if (other !== undefined) return other;
    }
    return undefined;
  }
}
