import { isSystemError, PipeClosed } from '../failure.js';

/** A stream that text goes to: what a command needs of stdout and stderr, and no more. */
export interface Output {
  /** Whether a person looks at it: only then are there colours, progress bars and cut lines. */
  readonly isTTY: boolean;
  /** Width in characters; undefined when it is no terminal. */
  readonly columns: number | undefined;
  /** Resolves when more can be written. @throws PipeClosed when the reader has gone. */
  write(text: string | Uint8Array): Promise<void>;
}

type TerminalStream = NodeJS.WritableStream & { isTTY?: boolean; columns?: number };

/**
 * Wraps a stream so that writing waits for a slow reader.
 * @param onClosed told once, when the reader has gone, so that work whose result nobody reads can stop
 */
export function outputTo(stream: TerminalStream, onClosed: () => void = () => {}): Output {
  let failure: Error | undefined;
  const waiting = new Set<(error: Error) => void>();
  stream.on('error', (error: Error) => {
    if (failure !== undefined) return;
    failure = isSystemError(error, 'EPIPE') ? new PipeClosed() : error;
    for (const reject of waiting) reject(failure);
    if (failure instanceof PipeClosed) onClosed();
  });
  return {
    isTTY: stream.isTTY === true,
    get columns() {
      return stream.isTTY === true ? stream.columns : undefined;
    },
    write: (text) =>
      new Promise((resolve, reject) => {
        if (failure !== undefined) return reject(failure);
        waiting.add(reject);
        stream.write(text, (error) => {
          waiting.delete(reject);
          // The 'error' event, which comes next, says what kind of failure it is.
          if (error) reject(isSystemError(error, 'EPIPE') ? new PipeClosed() : error);
          else resolve();
        });
      }),
  };
}
