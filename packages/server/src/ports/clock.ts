/** Time as the service sees it. A port, so that a simulation can bend it. */
export interface Clock {
  /** Wall-clock time in nanoseconds since the Unix epoch. May jump in either direction. */
  nowNs(): bigint;
  /** Milliseconds from an arbitrary start that never go back: for durations and deadlines. */
  monotonicMs(): number;
  /** Resolves after at least `milliseconds`, or at once when the signal is or becomes aborted. Never rejects. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}
