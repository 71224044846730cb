import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import type { Peer, Senders } from './senders.js';
import { type ConnectionParts, StreamConnection } from './stream-connection.js';
import type { ListenerName, Transport } from './syslog-arrival.js';

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
  /** Authorities of client certificates; with them, every client has to have one. */
  readonly ca?: string;
}

export interface StreamListenerParts extends ConnectionParts {
  senders: Senders;
  maxConnections: number;
  /** Whether a tenant takes events from an address. */
  allowsAddress: (tenant: string, address: string) => Promise<boolean>;
}

const HANDSHAKE_MS = 10_000;
const KEEP_ALIVE_MS = 60_000;
/** One piece at a time: what is not asked for stays with the system, and then with the sender. */
const READ_AHEAD_BYTES = 1;

/** Takes syslog messages over TCP, or over TLS (RFC 5425). */
export class StreamListener {
  readonly name: Exclude<ListenerName, 'udp'>;
  readonly #parts: StreamListenerParts;
  readonly #server: Server;
  readonly #stopping = new AbortController();
  readonly #deadline = new AbortController();
  readonly #running = new Set<Promise<void>>();

  constructor(parts: StreamListenerParts, tls: TlsFiles | undefined) {
    this.#parts = parts;
    this.name = tls === undefined ? 'tcp' : 'tls';
    const { maxConnections, observer } = parts;
    const options = { highWaterMark: READ_AHEAD_BYTES, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS };
    if (tls === undefined) {
      this.#server = createServer(options, (socket) => this.#take(socket, []));
    } else {
      const { cert, key, ca } = tls;
      const client = ca === undefined ? {} : { ca, requestCert: true, rejectUnauthorized: true };
      const secure = {
        ...options,
        cert,
        key,
        ...client,
        minVersion: 'TLSv1.2',
        handshakeTimeout: HANDSHAKE_MS,
      } as const;
      this.#server = createTlsServer(secure, (socket) => this.#take(socket, namesOf(socket)));
      this.#server.on('tlsClientError', (error: Error, socket: TLSSocket) => {
        observer.refused(this.name, socket.remoteAddress ?? '', `TLS: ${error.message}`);
        socket.destroy();
      });
    }
    this.#server.maxConnections = maxConnections;
    this.#server.on('drop', (data) => observer.refused(this.name, data?.remoteAddress ?? '', 'too many connections'));
  }

  /** Resolves with the port. Rejects with what the system says. */
  async listen({ host, port }: ListenAddress): Promise<number> {
    this.#server.listen({ host, port });
    await once(this.#server, 'listening');
    this.#server.on('error', (error) => this.#parts.observer.trouble(this.name, 'listening failed', error));
    return (this.#server.address() as { port: number }).port;
  }

  /** Takes no new connections, takes what has arrived over those that there are, and ends them; at the deadline at once. */
  async stop(deadline: AbortSignal): Promise<void> {
    const cut = () => this.#deadline.abort();
    if (deadline.aborted) cut();
    deadline.addEventListener('abort', cut, { once: true });
    this.#server.close();
    this.#stopping.abort();
    await Promise.all(this.#running);
    deadline.removeEventListener('abort', cut);
  }

  #take(socket: Socket, names: readonly string[]): void {
    const running = this.#serve(socket, { address: addressOf(socket), names });
    this.#running.add(running);
    this.#tellConnections();
    running.finally(() => {
      this.#running.delete(running);
      this.#tellConnections();
    });
  }

  #tellConnections(): void {
    this.#parts.observer.connections(this.name, this.#running.size);
  }

  async #serve(socket: Socket, peer: Peer): Promise<void> {
    const { senders, observer, allowsAddress } = this.#parts;
    // What goes wrong is found by whoever reads.
    socket.on('error', () => undefined);
    const tenant = senders.tenantOf(peer);
    const isAllowed =
      tenant !== undefined &&
      (await allowsAddress(tenant, peer.address).catch((error: unknown) => {
        observer.trouble(this.name, 'a tenant could not be looked at', error);
        return false;
      }));
    if (!isAllowed) {
      observer.refused(this.name, peer.address, 'no tenant takes messages of this sender');
      socket.destroy();
      return;
    }
    const [certificate] = peer.names;
    const transport: Transport = {
      listener: this.name,
      peer: peer.address,
      ...(certificate === undefined ? {} : { certificate: certificate.slice(0, MAX_NAME_CHARS) }),
    };
    const stop = { stopping: this.#stopping.signal, deadline: this.#deadline.signal };
    await new StreamConnection(socket, transport, tenant, this.#parts, stop).run();
  }
}

const MAX_NAME_CHARS = 255;

/** IPv4 as such, also where the system has it inside of IPv6. */
export function plainAddress(address: string | undefined): string {
  return (address ?? '').replace(/^::ffff:(?=\d+\.)/, '');
}

function addressOf({ remoteAddress }: Socket): string {
  return plainAddress(remoteAddress);
}

function namesOf(socket: TLSSocket): string[] {
  const { subject, subjectaltname = '' } = socket.getPeerCertificate() ?? {};
  const alternatives = [...subjectaltname.matchAll(/DNS:([^,\s"]+)/g)].map(([, name]) => name!);
  return [subject?.CN, ...alternatives].flat().filter((name) => typeof name === 'string');
}
