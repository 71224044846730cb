import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CommandContext } from './context.js';
import { EXIT } from './exit-codes.js';
import { Interrupted, PipeClosed } from './failure.js';
import { run } from './run.js';
import { outputTo } from './terminal/output.js';

/** The composition root of the command: the only file that touches the process. */

const stop = new AbortController();
// Every request under way listens to it, and there may be hundreds.
setMaxListeners(0, stop.signal);

/** The first request to stop lets the command end well; the second does not wait. */
function interrupt(): void {
  if (stop.signal.aborted) process.exit(EXIT.interrupted);
  stop.abort(new Interrupted());
}

process.on('SIGINT', interrupt);
process.on('SIGTERM', interrupt);

const context: CommandContext = {
  env: process.env,
  stdin: process.stdin,
  stdout: outputTo(process.stdout, () => stop.abort(new PipeClosed())),
  // Nobody reading the messages is no reason to stop the work.
  stderr: outputTo(process.stderr),
  now: Date.now,
  random: Math.random,
  sleep: async (ms, signal) => {
    await sleep(ms, undefined, signal === undefined ? {} : { signal }).catch((error: unknown) => {
      throw signal?.aborted === true ? signal.reason : error;
    });
  },
  signal: stop.signal,
};

process.exitCode = await run(process.argv.slice(2), context);
// Kept-alive connections and a standard input that was not read to its end would keep the process for a while.
process.stdout.write('', () => process.exit());
