import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { eventually } from './eventually.js';

/** A program that runs beside a test until the test ends it. Its input stays open as long. */
export class BackgroundProgram {
  readonly #child: ChildProcess;
  readonly #program: string;
  #output = '';

  /** @param user whom it runs as; undefined: the one of the test */
  constructor(program: string, args: readonly string[], user?: { uid: number; gid: number }) {
    this.#program = program;
    this.#child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], ...user });
    // A test that hangs and is given up must not leave it behind.
    const end = () => this.#child.kill('SIGKILL');
    process.once('exit', end);
    this.#child.once('exit', () => process.off('exit', end));
    this.#child.on('error', (error) => {
      this.#output += String(error);
    });
    for (const stream of [this.#child.stdout!, this.#child.stderr!]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#output = (this.#output + text).slice(-200_000);
      });
    }
  }

  /** Waits until the output matches; resolves with the first group. */
  printed(pattern: RegExp): Promise<string> {
    return eventually(`${this.#program} prints ${pattern}`, () => {
      const found = pattern.exec(this.#output)?.[1];
      if (found === undefined && this.#ended) throw new Error(`${this.#program} ended:\n${this.#output}`);
      return found;
    });
  }

  /** Asks it to end, and waits for that. Does nothing when it has ended. */
  async stop(): Promise<void> {
    if (this.#ended) return;
    const closed = once(this.#child, 'close');
    this.#child.kill('SIGTERM');
    await closed;
  }

  get #ended(): boolean {
    return this.#child.pid === undefined || this.#child.exitCode !== null || this.#child.signalCode !== null;
  }
}
