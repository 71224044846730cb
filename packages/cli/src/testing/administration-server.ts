import http from 'node:http';
import type { AddressInfo } from 'node:net';

interface SeenRequest {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly tenant: string | string[] | undefined;
  readonly ifMatch: string | undefined;
  readonly body: unknown;
}

/** A server that keeps what it is asked, and answers what it was told to, in that order. */
export class AdministrationServer {
  readonly requests: SeenRequest[] = [];
  /** Status and body; an object goes as JSON. */
  readonly answers: (readonly [number, object | string | undefined])[] = [];
  readonly #server = http.createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const text = Buffer.concat(parts).toString('utf8');
    const { method, url, headers } = request;
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    this.requests.push({ method, url, tenant: headers['x-tenant-id'], ifMatch: headers['if-match'], body });
    const [status, answer] = this.answers.shift() ?? [500, undefined];
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(typeof answer === 'object' ? JSON.stringify(answer) : answer);
  });

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
}
