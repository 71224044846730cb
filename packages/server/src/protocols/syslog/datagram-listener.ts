import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import { type DeliveryParts, deliver } from './delivery.js';
import { RepeatIds } from './repeat-ids.js';
import type { Senders } from './senders.js';
import { type ListenAddress, plainAddress } from './stream-listener.js';
import { arrivalOf } from './syslog-arrival.js';

export interface DatagramListenerParts extends DeliveryParts {
  newId: () => string;
  maxMessageBytes: number;
  senders: Senders;
  allowsAddress: (tenant: string, address: string) => Promise<boolean>;
  /** Datagrams that wait to be recorded. */
  maxQueuedBytes: number;
  /** Puts it on record that messages were lost. */
  recordLoss: (tenant: string, loss: Loss) => Promise<void>;
}

/** Datagrams of one tenant that were dropped, since more came than could be recorded. */
export interface Loss {
  readonly messages: number;
  readonly bytes: number;
}

interface Datagram {
  readonly bytes: Buffer;
  readonly peer: string;
  readonly tenant: string;
}

/** What a datagram takes beside its bytes. */
const DATAGRAM_OVERHEAD_BYTES = 256;
const MAX_GROUP = 500;
/** What the system is asked to keep for us while we are busy. */
const RECEIVE_BUFFER_BYTES = 4_194_304;

/**
 * Takes syslog messages over UDP (RFC 5426), one in each datagram. A sender cannot be slowed down: what comes faster than
 * it can be recorded waits in bounded memory, and beyond that it is dropped, which is counted and put on record.
 */
export class DatagramListener {
  readonly name = 'udp';
  readonly #parts: DatagramListenerParts;
  readonly #queue: Datagram[] = [];
  readonly #losses = new Map<string, Loss>();
  readonly #ids: RepeatIds;
  readonly #deadline = new AbortController();
  #socket: Socket | undefined;
  #queuedBytes = 0;
  #recording: Promise<void> | undefined;

  constructor(parts: DatagramListenerParts) {
    this.#parts = parts;
    this.#ids = new RepeatIds(parts.newId);
  }

  /** Resolves with the port. Rejects with what the system says. */
  async listen({ host, port }: ListenAddress): Promise<number> {
    const socket = createSocket({ type: isIPv6(host) ? 'udp6' : 'udp4', recvBufferSize: RECEIVE_BUFFER_BYTES });
    this.#socket = socket;
    socket.on('message', (bytes, from) => this.#take(bytes, from));
    socket.bind({ address: host, port });
    await once(socket, 'listening');
    socket.on('error', (error) => this.#parts.observer.trouble(this.name, 'listening failed', error));
    return socket.address().port;
  }

  /** Takes no more, and records what was taken, until the deadline. */
  async stop(deadline: AbortSignal): Promise<void> {
    this.#socket?.close();
    this.#socket = undefined;
    const cut = () => this.#deadline.abort();
    if (deadline.aborted) cut();
    deadline.addEventListener('abort', cut, { once: true });
    await this.#recording;
    deadline.removeEventListener('abort', cut);
  }

  #take(bytes: Buffer, { address }: RemoteInfo): void {
    const peer = plainAddress(address);
    const { senders, observer, maxQueuedBytes } = this.#parts;
    const tenant = senders.tenantOf({ address: peer, names: [] });
    if (tenant === undefined) {
      observer.refused(this.name, peer, 'no tenant takes messages of this sender');
      return;
    }
    const line = withoutEnd(bytes);
    if (line.length === 0) return;
    if (this.#queuedBytes + line.length + DATAGRAM_OVERHEAD_BYTES > maxQueuedBytes) {
      this.#drop(tenant, line.length);
      return;
    }
    this.#queue.push({ bytes: line, peer, tenant });
    this.#queuedBytes += line.length + DATAGRAM_OVERHEAD_BYTES;
    this.#recording ??= this.#recordAll().finally(() => {
      this.#recording = undefined;
    });
  }

  #drop(tenant: string, bytes: number): void {
    const before = this.#losses.get(tenant) ?? { messages: 0, bytes: 0 };
    this.#losses.set(tenant, { messages: before.messages + 1, bytes: before.bytes + bytes });
    this.#parts.observer.count(this.name, 'lost', 1);
  }

  async #recordAll(): Promise<void> {
    const { observer } = this.#parts;
    while (this.#queue.length > 0) {
      const group = this.#queue.splice(0, MAX_GROUP);
      for (const tenant of new Set(group.map((datagram) => datagram.tenant))) {
        await this.#recordGroup(
          tenant,
          group.filter((datagram) => datagram.tenant === tenant),
        ).catch((error: unknown) => observer.trouble(this.name, 'recording datagrams failed', error));
      }
      for (const { bytes } of group) this.#queuedBytes -= bytes.length + DATAGRAM_OVERHEAD_BYTES;
    }
  }

  async #recordGroup(tenant: string, group: readonly Datagram[]): Promise<void> {
    const { allowsAddress, maxMessageBytes, observer } = this.#parts;
    const allowed: Datagram[] = [];
    for (const datagram of group) {
      if (await allowsAddress(tenant, datagram.peer)) allowed.push(datagram);
      else observer.refused(this.name, datagram.peer, 'no tenant takes messages of this sender');
    }
    const arrived = allowed.map(({ bytes, peer }) => {
      const kept = bytes.subarray(0, maxMessageBytes);
      const frame = { bytes: kept, droppedBytes: bytes.length - kept.length, isCut: false };
      const id = this.#ids.next(`${peer} ${frame.droppedBytes}`, kept);
      return arrivalOf(frame, { listener: this.name, peer }, id);
    });
    if (arrived.length > 0) await deliver(this.name, tenant, arrived, this.#parts, this.#deadline.signal);
    const loss = this.#losses.get(tenant);
    if (loss === undefined) return;
    this.#losses.delete(tenant);
    await this.#parts.recordLoss(tenant, loss);
  }
}

/** Without the line feed that some senders put at the end. */
function withoutEnd(bytes: Buffer): Buffer {
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] === 0x0a || bytes[end - 1] === 0x0d)) end -= 1;
  return bytes.subarray(0, end);
}
