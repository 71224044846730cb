import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { LogAddress } from '../tools/log-address.js';
import type { LogCopy } from './log-copy.js';

/** A copy of a log on a plain file server: no part of ours is between it and the verifier. */
export class StaticLog {
  readonly #server: Server;
  readonly address: LogAddress;

  static async serve(copy: LogCopy): Promise<StaticLog> {
    const server = createServer((request, response) => {
      const file = copy.get(request.url!.slice(1));
      response.writeHead(file === undefined ? 404 : 200).end(file);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    return new StaticLog(server, { url: `http://127.0.0.1:${port}/` });
  }

  private constructor(server: Server, address: LogAddress) {
    this.#server = server;
    this.address = address;
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}
