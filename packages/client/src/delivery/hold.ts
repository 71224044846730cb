/** Keeps the process alive, whose timers otherwise do not, while somebody waits for the delivery. */
export interface Hold {
  enter(): void;
  leave(): void;
}

/** The promise, while which the process lives. */
export async function held<T>(hold: Hold | undefined, promise: Promise<T>): Promise<T> {
  hold?.enter();
  try {
    return await promise;
  } finally {
    hold?.leave();
  }
}
