import { IntakeClient, type Outcome } from './intake-client.js';
import type { Ledger, SentEvent } from './ledger.js';
import type { ServerProcess } from './server-process.js';

export interface LoadOptions {
  tenants: readonly string[];
  /** Begins every id, so that two loads of one ledger never share one. */
  name: string;
  /** Clients at work at once; default 6. */
  clients?: number;
  /** Characters added to every event; default 40. */
  padding?: number;
  /** Whether some requests wait until their event is sealed; default true. */
  waiting?: boolean;
  /** Longest pause of a client after a request, in milliseconds; default 10. */
  pauseMs?: number;
}

/** Clients that post singles, batches and streams to several tenants until they are stopped or the server is gone. */
export class Load {
  readonly #client: IntakeClient;
  readonly #server: ServerProcess;
  readonly #options: LoadOptions;
  readonly #working: Promise<void>;
  #stopped = false;
  #lastId = 0;
  /** Every answer but the plain successes. */
  readonly refusals: Outcome[] = [];

  constructor(server: ServerProcess, ledger: Ledger, options: LoadOptions) {
    this.#server = server;
    this.#client = new IntakeClient(server, ledger);
    this.#options = options;
    const clients = Array.from({ length: options.clients ?? 6 }, () => this.#work());
    this.#working = Promise.all(clients).then(() => undefined);
    this.#working.catch(() => undefined);
  }

  /** Lets the requests under way end. Fails when a client failed for another reason than a lost connection. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#working;
  }

  /** Goes on for a while, then stops. */
  async during(milliseconds: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    await this.stop();
  }

  async #work(): Promise<void> {
    while (!this.#stopped && !this.#server.exited) {
      const outcome = await this.#request().catch((error: unknown) => {
        if (isLostConnection(error)) return undefined;
        throw error;
      });
      if (outcome !== undefined && (outcome.status > 201 || outcome.code !== undefined)) this.refusals.push(outcome);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * (this.#options.pauseMs ?? 10)));
    }
  }

  #request(): Promise<Outcome> {
    const { tenants } = this.#options;
    const tenant = tenants[Math.floor(Math.random() * tenants.length)]!;
    const kind = Math.random();
    if (kind < 0.4) return this.#client.single(tenant, this.#event());
    if (kind < 0.5 && this.#options.waiting !== false)
      return this.#client.single(tenant, this.#event(), '?wait=sealed');
    if (kind < 0.75) return this.#client.batch(tenant, this.#events(40));
    if (kind < 0.85) return this.#client.stream(tenant, [this.#events(40)]);
    return this.#client.stream(tenant, [this.#events(20), this.#events(20), this.#events(20)]);
  }

  #events(most: number): SentEvent[] {
    return Array.from({ length: 1 + Math.floor(Math.random() * most) }, () => this.#event());
  }

  #event(): SentEvent {
    const id = `${this.#options.name}-${++this.#lastId}`;
    const event = {
      id,
      action: 'order.approve',
      actor: { type: 'user', id: `user-${this.#lastId % 7}` },
      message: `${id} ${'x'.repeat(this.#options.padding ?? 40)}`,
    };
    return this.#lastId % 3 === 0 ? { ...event, time: new Date().toISOString().replace('Z', '000000Z') } : event;
  }
}

/** What a client sees of a server that was killed: the connection breaks, or there is none. */
function isLostConnection(error: unknown): boolean {
  const { code, cause } = error as { code?: string; cause?: { code?: string } };
  const known = ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'ERR_STREAM_PREMATURE_CLOSE'];
  if (known.includes(code ?? '') || known.includes(cause?.code ?? '')) return true;
  // The body of an answer that was cut off.
  return error instanceof SyntaxError || (error instanceof TypeError && error.message === 'terminated');
}
