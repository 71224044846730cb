import { Writable } from 'node:stream';
import type { CommandContext } from '../context.js';
import { PipeClosed } from '../failure.js';
import { run } from '../run.js';
import type { ServerModule } from '../server-module.js';
import { outputTo } from '../terminal/output.js';

/** What a run of the command left behind. */
export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string | AsyncIterable<Uint8Array>;
  /** Makes stdout and stderr a terminal of so many columns. */
  readonly columns?: number;
  /** The reader of stdout goes away after so many characters. */
  readonly closeStdoutAfter?: number;
  readonly stop?: AbortController;
  readonly server?: Partial<ServerModule>;
  /** Every wait is shortened to nothing; told its length in milliseconds. */
  readonly onSleep?: (ms: number) => void;
}

/** Runs the command in this process, as the composition root would, and catches what it writes. */
export async function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const stop = options.stop ?? new AbortController();
  const stdout = new Capture(options.columns, options.closeStdoutAfter);
  const stderr = new Capture(options.columns);
  const context = testContext(options, stop, stdout, stderr);
  const code = await run(args, context, async () => ({ ...absentServer, ...options.server }));
  return { code, stdout: stdout.text, stderr: stderr.text };
}

/** A server that no test has asked for. */
const unexpected = async () => {
  throw new Error('the test has no server for this');
};
const absentServer: ServerModule = {
  settings: [],
  readConfiguration: () => ({ ok: true, configuration: undefined }),
  runServer: unexpected,
  rotateSigningKey: unexpected,
  retireSigningKey: unexpected,
};

export function testContext(
  options: CliOptions,
  stop = new AbortController(),
  stdout = new Capture(options.columns),
  stderr = new Capture(options.columns),
): CommandContext {
  return {
    env: options.env ?? {},
    stdin: stdinOf(options.stdin ?? ''),
    stdout: outputTo(stdout, () => stop.abort(new PipeClosed())),
    stderr: outputTo(stderr),
    now: Date.now,
    random: () => 0.5,
    sleep: async (ms, signal) => {
      options.onSleep?.(ms);
      signal?.throwIfAborted();
    },
    signal: stop.signal,
  };
}

async function* stdinOf(content: string | AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (typeof content === 'string') yield Buffer.from(content);
  else yield* content;
}

/** A stream that keeps what is written, and can break as a pipe does. */
export class Capture extends Writable {
  text = '';
  readonly isTTY: boolean;
  readonly columns: number;
  readonly #closeAfter: number;

  constructor(columns?: number, closeAfter = Number.POSITIVE_INFINITY) {
    super({ decodeStrings: false });
    this.isTTY = columns !== undefined;
    this.columns = columns ?? 0;
    this.#closeAfter = closeAfter;
  }

  override _write(chunk: unknown, _encoding: string, done: (error?: Error) => void): void {
    this.text += String(chunk);
    const closed = this.text.length > this.#closeAfter;
    done(closed ? Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }) : undefined);
  }
}
