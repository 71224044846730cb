import net, { type AddressInfo, type Socket } from 'node:net';

/** A proxy on this machine that breaks each connection when so many bytes of answers have gone through it. */
export class BreakingProxy {
  connections = 0;
  /** How many were broken. */
  broken = 0;
  readonly #open = new Set<Socket>();
  readonly #server: net.Server;

  /** @param target address of the server. @param lifeBytes how much a connection lets through, asked for each */
  constructor(target: string, lifeBytes: () => number) {
    const { hostname, port } = new URL(target);
    this.#server = net.createServer((client) => {
      this.connections += 1;
      let left = lifeBytes();
      const server = net.connect(Number(port), hostname);
      const end = () => {
        client.destroy();
        server.destroy();
      };
      for (const socket of [client, server]) {
        this.#open.add(socket);
        socket.on('error', end);
        socket.on('close', () => {
          this.#open.delete(socket);
          end();
        });
      }
      client.pipe(server);
      server.on('data', (piece: Buffer) => {
        if (piece.length < left) {
          left -= piece.length;
          if (!client.write(piece)) {
            server.pause();
            client.once('drain', () => server.resume());
          }
          return;
        }
        this.broken += 1;
        client.write(piece.subarray(0, left), () => client.resetAndDestroy());
        server.destroy();
      });
    });
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    for (const socket of this.#open) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
