import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BackgroundProgram } from '../../support/background-program.js';
import { eventually } from '../../support/eventually.js';
import { freePort } from '../../support/free-port.js';
import { runProgram } from '../../support/run-program.js';
import type { ForeignTools } from './foreign-tools.js';

const NAME = 'witness.example.org/other';

/** torchwood's witness on a port of the loopback, with a key and a memory of its own that outlive a restart. */
export class Litewitness {
  readonly url: string;
  readonly #tools: ForeignTools;
  readonly #folder: string;
  readonly #agent: BackgroundProgram;
  readonly #args: readonly string[];
  #program: BackgroundProgram | undefined;
  #key = '';

  static async start(tools: ForeignTools): Promise<Litewitness> {
    const folder = await mkdtemp(join(tmpdir(), 'attestlog-witness-'));
    const agent = new BackgroundProgram(tools.keyAgent, [`-socket=${join(folder, 'agent')}`]);
    const fingerprint = await agent.printed(/^(SHA256:\S+)$/m);
    const witness = new Litewitness(tools, folder, agent, fingerprint, await freePort());
    await witness.restart();
    return witness;
  }

  private constructor(tools: ForeignTools, folder: string, agent: BackgroundProgram, key: string, port: number) {
    this.#tools = tools;
    this.#folder = folder;
    this.#agent = agent;
    this.url = `http://127.0.0.1:${port}`;
    this.#args = [
      `-name=${NAME}`,
      `-key=${key}`,
      `-ssh-agent=${join(folder, 'agent')}`,
      `-db=${this.#database}`,
      `-listen=127.0.0.1:${port}`,
    ];
  }

  /** The verifier key of its cosignatures. */
  get key(): string {
    return this.#key;
  }

  /** Makes it cosign a log from now on: its operator's decision. */
  async trust(origin: string, logKey: string): Promise<void> {
    const args = [`-db=${this.#database}`, `-origin=${origin}`, `-key=${logKey}`];
    const { code, stderr } = await runProgram(this.#tools.witnessTrust, args, { timeoutMs: 10_000 });
    if (code !== 0) throw new Error(`the witness's database did not take the log: ${stderr}`);
  }

  /** Starts it again, at the same address. */
  async restart(): Promise<void> {
    this.#program = new BackgroundProgram(this.#tools.litewitness, this.#args);
    this.#key = await this.#program.printed(/vkey="?([^"\s]+)"?/);
    await eventually('litewitness answers', () =>
      fetch(this.url).then(
        () => true,
        () => undefined,
      ),
    );
  }

  async stop(): Promise<void> {
    await this.#program?.stop();
  }

  async dispose(): Promise<void> {
    await this.stop();
    await this.#agent.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  get #database(): string {
    return join(this.#folder, 'witness.db');
  }
}
