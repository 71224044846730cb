import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CallLimits } from '../src/adapters/master-key/service-call.js';

/** A request that a double got. */
export interface DoubleRequest {
  method: string;
  /** With the query. */
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface DoubleAnswer {
  status: number;
  /** JSON where it is no text. */
  body?: unknown;
  headers?: Record<string, string>;
}

/** How a double answers for once in the place of its proper answer. */
export type Misbehaviour = (response: ServerResponse) => void;

/** A service on a port of this machine that stands in for one elsewhere, and can be told to misbehave. */
export abstract class HttpDouble {
  /** Everything that it was asked. */
  readonly asked: DoubleRequest[] = [];
  readonly #due: Misbehaviour[] = [];
  #server: Server | undefined;
  #url = '';

  /** `http://127.0.0.1:PORT`. */
  get url(): string {
    return this.#url;
  }

  async listen(): Promise<this> {
    this.#server = createServer((request, response) => void this.#answer(request, response));
    await new Promise<void>((resolve) => this.#server!.listen(0, '127.0.0.1', resolve));
    this.#url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return this;
  }

  async close(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve));
  }

  /** Answers the next requests so, one each. */
  misbehave(...answers: readonly (Misbehaviour | DoubleAnswer)[]): void {
    for (const answer of answers) {
      this.#due.push(typeof answer === 'function' ? answer : (response) => send(response, answer));
    }
  }

  /** Whether the next request will not be answered: only then need whoever asks be impatient. */
  get willHang(): boolean {
    return this.#due[0] === hang;
  }

  protected abstract answer(request: DoubleRequest): DoubleAnswer | Promise<DoubleAnswer>;

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const asked: DoubleRequest = {
      method: request.method!,
      path: request.url!,
      headers: request.headers,
      body: Buffer.concat(parts).toString('utf8'),
    };
    this.asked.push(asked);
    const misbehaviour = this.#due.shift();
    if (misbehaviour !== undefined) misbehaviour(response);
    else send(response, await this.answer(asked));
  }
}

function send(response: ServerResponse, { status, body = '', headers = {} }: DoubleAnswer): void {
  const isText = typeof body === 'string';
  response.writeHead(status, { 'content-type': isText ? 'text/plain' : 'application/json', ...headers });
  response.end(isText ? body : JSON.stringify(body));
}

/** Never answers. */
export const hang: Misbehaviour = () => undefined;

/** Limits of calls to a double, for a client: short where it waits for nothing, and else so long that no slow machine meets them. */
export function callLimits(double: HttpDouble, { maxAttempts = 3, pauseMs = 10 } = {}): CallLimits {
  return {
    get timeoutMs() {
      return double.willHang ? 300 : 60_000;
    },
    maxAttempts,
    pauseMs,
  };
}

/** Ends the connection in the middle of an answer. */
export const tear: Misbehaviour = (response) => {
  response.writeHead(200, { 'content-length': '100' });
  response.write('{"');
  setImmediate(() => response.destroy());
};
