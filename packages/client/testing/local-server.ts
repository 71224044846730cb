import http, { type RequestListener } from 'node:http';
import https from 'node:https';
import type { AddressInfo, Socket } from 'node:net';

/** An HTTP server of one test, on a free port of this machine, that answers as the test says. */
export class LocalServer {
  /** Requests in the order in which they came. */
  readonly requests: { url: string; method: string; headers: http.IncomingHttpHeaders }[] = [];
  /** Connections so far. */
  connections = 0;
  readonly #server: http.Server | https.Server;
  readonly #scheme: string;
  readonly #open = new Set<Socket>();

  /** @param tls key and certificate, for HTTPS */
  constructor(answer: RequestListener, tls?: { key: string; cert: string }) {
    const listener: RequestListener = (request, response) => {
      this.requests.push({ url: request.url!, method: request.method!, headers: request.headers });
      answer(request, response);
    };
    this.#scheme = tls === undefined ? 'http' : 'https';
    this.#server = tls === undefined ? http.createServer(listener) : https.createServer(tls, listener);
    this.#server.on('connection', (socket: Socket) => {
      this.connections += 1;
      this.#open.add(socket);
      socket.on('close', () => this.#open.delete(socket));
    });
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  /** Connections that are open now. */
  get openConnections(): number {
    return this.#open.size;
  }

  get url(): string {
    return `${this.#scheme}://localhost:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    for (const socket of this.#open) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
