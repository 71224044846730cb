import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const COMMAND = fileURLToPath(new URL('../../packages/cli/bin/attestlog.cjs', import.meta.url));
const START_LIMIT_MS = 300_000;
const ERRORS_KEPT_CHARS = 10_000;

export interface ServerOptions {
  /** Program and arguments after `node`; `attestlog serve` if absent. */
  args?: readonly string[];
  /** Arguments for Node itself, such as a profiler's. */
  nodeArgs?: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** A free one if absent. */
  port?: number;
}

/** A Node process that serves HTTP on a free port of the loopback: Attestlog, or a rival with the same routes. */
export class ServerProcess {
  readonly port: number;
  readonly key: string;
  /** From the start of the process until it answered, in milliseconds. */
  readonly startMs: number;
  readonly #child: ChildProcess;

  /** Resolves when `/healthz` answers. The port is in ATTESTLOG_PORT, the key in ATTESTLOG_BOOTSTRAP_KEY. */
  static async start(options: ServerOptions): Promise<ServerProcess> {
    const port = options.port ?? (await freePort());
    const key = 'attestlog_key_of_the_benchmarks';
    const { args = [COMMAND, 'serve'], nodeArgs = [], env = {} } = options;
    const begun = performance.now();
    const child = spawn(process.execPath, [...nodeArgs, ...args], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: {
        PATH: process.env.PATH,
        ATTESTLOG_PORT: String(port),
        ATTESTLOG_BOOTSTRAP_KEY: key,
        ATTESTLOG_LOG_LEVEL: 'warn',
        // Unless a bench asks for it, so that figures of one step can be held against those of another.
        ATTESTLOG_SEALED_FIELDS: 'none',
        ...env,
      },
    });
    let errors = '';
    child.stderr!.on('data', (text) => {
      errors = (errors + text).slice(-ERRORS_KEPT_CHARS);
    });
    while (!(await answers(port))) {
      if (child.exitCode !== null) throw new Error(`the server ended before it was ready:\n${errors}`);
      if (performance.now() - begun > START_LIMIT_MS) throw new Error('the server did not become ready');
      await sleep(10);
    }
    return new ServerProcess(child, port, key, performance.now() - begun);
  }

  private constructor(child: ChildProcess, port: number, key: string, startMs: number) {
    this.#child = child;
    this.port = port;
    this.key = key;
    this.startMs = startMs;
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** Stops it as an operator would; it finishes what it has accepted. */
  stop(): Promise<void> {
    return this.#end('SIGTERM');
  }

  /** Ends it at once, as a power cut would. */
  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill(signal);
    await ended;
  }
}

async function answers(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/healthz`).then(
    (response) => response.ok,
    () => false,
  );
}

export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
