import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An answer on its way. */
export interface PassedAnswer {
  status: number;
  body: Buffer;
}

/** Changes what a server answers, in the middle. `ask` gets something else from the same server, as the same reader. */
export type Tamper = (
  path: string,
  answer: PassedAnswer,
  ask: (path: string) => Promise<Buffer>,
) => PassedAnswer | Promise<PassedAnswer>;

/** A proxy on this machine that answers as the server behind it does, but for what it is told to change. */
export class TamperingProxy {
  target: string;
  tamper: Tamper = (_path, answer) => answer;
  readonly #server = http.createServer((request, response) => {
    this.#pass(request, response).catch(() => response.destroy());
  });

  constructor(target: string) {
    this.target = target;
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const { 'x-tenant-id': tenant, authorization, accept, 'content-type': type } = request.headers;
    const given = { 'x-tenant-id': tenant, authorization, accept, 'content-type': type };
    const headers = Object.entries(given).flatMap(([name, value]): [string, string][] =>
      value === undefined ? [] : [[name, String(value)]],
    );
    const body = pieces.length === 0 ? {} : { body: Buffer.concat(pieces) };
    const path = request.url!;
    const answer = await fetch(`${this.target}${path}`, { method: request.method!, headers, ...body });
    const ask = async (other: string) =>
      Buffer.from(await (await fetch(`${this.target}${other}`, { headers })).arrayBuffer());
    const passed = { status: answer.status, body: Buffer.from(await answer.arrayBuffer()) };
    const changed = await this.tamper(path, passed, ask);
    response.writeHead(changed.status, { 'content-type': answer.headers.get('content-type') ?? 'text/plain' });
    response.end(changed.body);
  }
}
