import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from './free-port.js';

const COMMAND = fileURLToPath(new URL('../../packages/cli/bin/attestlog.cjs', import.meta.url));
const KEY = 'attestlog_key_that_only_tests_use';

/** Servers that run now: a test that hangs and is given up must not leave its server behind. */
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});
process.on('SIGTERM', () => process.exit());

export interface ServerProcessOptions {
  /** The data folder; a new one below the system's temporary folder if absent, removed by {@link ServerProcess.dispose}. */
  data?: string;
  /** Further settings as environment variables. */
  env?: Record<string, string>;
  /** The port; a free one if absent. */
  port?: number;
  /** A program to run the server under, with its arguments: `['prlimit', '--fsize=1000000']`. */
  under?: readonly string[];
}

/** The real server as a process of its own, on a free port of the loopback. Needs a build. */
export class ServerProcess {
  readonly data: string;
  readonly url: string;
  readonly key: string = KEY;
  readonly #child: ChildProcess;
  readonly #ownsData: boolean;
  #log = '';

  static async start(options: ServerProcessOptions = {}): Promise<ServerProcess> {
    const server = await ServerProcess.launch(options);
    await server.ready();
    return server;
  }

  /** Starts the process without waiting until it is ready. */
  static async launch(options: ServerProcessOptions = {}): Promise<ServerProcess> {
    const data = options.data ?? (await mkdtemp(join(tmpdir(), 'attestlog-test-')));
    const port = options.port ?? (await freePort());
    const [program, ...args] = [...(options.under ?? []), process.execPath, COMMAND, 'serve'];
    const child = spawn(program!, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH,
        ATTESTLOG_DATA: data,
        ATTESTLOG_PORT: String(port),
        ATTESTLOG_BOOTSTRAP_KEY: KEY,
        ...options.env,
      },
    });
    return new ServerProcess(child, data, `http://127.0.0.1:${port}`, options.data === undefined);
  }

  private constructor(child: ChildProcess, data: string, url: string, ownsData: boolean) {
    this.#child = child;
    this.data = data;
    this.url = url;
    this.#ownsData = ownsData;
    running.add(child);
    child.once('exit', () => running.delete(child));
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.on('data', (text) => {
        this.#log = (this.#log + text).slice(-200_000);
      });
    }
  }

  /** The last 200 kB that the server wrote to its standard output and error. */
  get log(): string {
    return this.#log;
  }

  get pid(): number {
    return this.#child.pid!;
  }

  get exited(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Waits until the server answers; fails with its log when it ends before. */
  async ready(): Promise<void> {
    for (;;) {
      if (this.exited) throw new Error(`the server ended before it was ready:\n${this.#log}`);
      const alive = await fetch(`${this.url}/healthz`).then(
        (response) => response.ok,
        () => false,
      );
      if (alive) return;
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  }

  /** Waits until the process ends by itself. Resolves with its exit code; null when a signal ended it. */
  async ended(): Promise<number | null> {
    if (!this.exited) await once(this.#child, 'exit');
    return this.#child.exitCode;
  }

  /** Ends the process at once, as a power cut would, and waits for its end. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Stops it as an operator would. Resolves with its exit code. */
  async stop(): Promise<number | null> {
    await this.#end('SIGTERM');
    return this.#child.exitCode;
  }

  /** Ends it if it still runs, and removes the data folder if it was made here. */
  async dispose(): Promise<void> {
    await this.kill();
    if (this.#ownsData) await rm(this.data, { recursive: true, force: true });
  }

  /** A request with the credential. */
  fetch(path: string, init: RequestInit & { tenant?: string } = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set('authorization', `Bearer ${KEY}`);
    if (init.tenant !== undefined) headers.set('x-tenant-id', init.tenant);
    if (init.body != null && !headers.has('content-type')) headers.set('content-type', 'application/json');
    return fetch(`${this.url}${path}`, { ...init, headers });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (this.exited) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill(signal);
    await ended;
  }
}
