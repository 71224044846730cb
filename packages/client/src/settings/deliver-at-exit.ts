/** What of `process` is used, so that a test can play it. */
export interface ExitingProcess {
  readonly pid: number;
  on(event: string, listener: () => void): unknown;
  off(event: string, listener: () => void): unknown;
  kill(pid: number, signal: string): unknown;
}

export interface ExitWishes {
  readonly flushOnExit: boolean;
  readonly signals: readonly string[];
}

/**
 * Delivers what is in memory when the process has nothing else to do (`beforeExit`), and closes at the signals that are
 * asked for: the signal is sent again afterwards, so that the process ends as it would have without the client.
 *
 * @returns what takes the listeners away
 */
export function deliverAtExit(
  client: { flush(): Promise<void>; close(): Promise<void> },
  { flushOnExit, signals }: ExitWishes,
  exiting: ExitingProcess,
): () => void {
  // Closing is bounded in time, where a flush would wait for a server that is down as long as that takes.
  const beforeExit = () => void client.close();
  const onSignal = signals.map((signal) => {
    const listener = () => {
      exiting.off(signal, listener);
      void client.close().finally(() => exiting.kill(exiting.pid, signal));
    };
    return { signal, listener };
  });
  if (flushOnExit) exiting.on('beforeExit', beforeExit);
  for (const { signal, listener } of onSignal) exiting.on(signal, listener);
  return () => {
    exiting.off('beforeExit', beforeExit);
    for (const { signal, listener } of onSignal) exiting.off(signal, listener);
  };
}
