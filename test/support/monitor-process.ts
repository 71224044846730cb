import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { eventually } from './eventually.js';

const COMMAND = fileURLToPath(new URL('../../packages/cli/bin/attestlog.cjs', import.meta.url));

/** `attestlog monitor` beside a test, until the test stops it. Needs a build. */
export class MonitorProcess {
  readonly #child: ChildProcess;
  #stdout = '';
  #stderr = '';

  /** Resolves when it watches. @param args as on the command line, the name of the command first */
  static async start(args: readonly string[], env: Record<string, string>, cwd?: string): Promise<MonitorProcess> {
    const monitor = new MonitorProcess(args, env, cwd);
    await monitor.said('watches');
    return monitor;
  }

  private constructor(args: readonly string[], env: Record<string, string>, cwd: string | undefined) {
    this.#child = spawn(process.execPath, [COMMAND, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH, ...env },
      cwd,
    });
    // A test that hangs and is given up must not leave it behind.
    const end = () => this.#child.kill('SIGKILL');
    process.once('exit', end);
    this.#child.once('exit', () => process.off('exit', end));
    this.#child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text;
    });
    this.#child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
    });
  }

  /** Waits until it says a text to the person who started it. */
  async said(text: string): Promise<void> {
    await eventually(`the monitor says ${text}`, () => {
      if (this.#stderr.includes(text)) return true;
      if (this.#child.exitCode !== null) throw new Error(`the monitor ended:\n${this.#stderr}`);
      return undefined;
    });
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** The lines that were printed so far, as JSON. */
  get lines(): Record<string, unknown>[] {
    const whole = this.#stdout.slice(0, this.#stdout.lastIndexOf('\n') + 1);
    return whole === ''
      ? []
      : whole
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line));
  }

  /** Waits until it prints a line that is so. */
  printed(what: string, isIt: (line: Record<string, unknown>) => boolean): Promise<Record<string, unknown>> {
    return eventually(`the monitor prints ${what}`, () => {
      if (this.#child.exitCode !== null) throw new Error(`the monitor ended:\n${this.#stderr}`);
      return this.lines.find(isIt);
    });
  }

  /** Ends it, and resolves with its exit code; null where the signal ended it. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const closed = once(this.#child, 'close');
      this.#child.kill(signal);
      await closed;
    }
    return this.#child.exitCode;
  }
}
