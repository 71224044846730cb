import type { EventInput } from '@attestlog/event';
import type { Intake } from '../../intake/intake.js';
import type { Clock } from '../../ports/clock.js';
import { DatagramListener, type Loss } from './datagram-listener.js';
import type { Senders } from './senders.js';
import { type ListenAddress, StreamListener, type TlsFiles } from './stream-listener.js';
import type { ListenerName } from './syslog-arrival.js';
import type { SyslogObserver } from './syslog-observer.js';

export interface SyslogConfiguration {
  readonly tcp?: ListenAddress;
  readonly tls?: ListenAddress;
  readonly udp?: ListenAddress;
  /** Paths of the certificate, its key, and the authorities of client certificates; for TLS. */
  readonly files?: TlsFiles;
  readonly senders: Senders;
  readonly maxMessageBytes: number;
  /** Of each listener. */
  readonly maxConnections: number;
}

export interface SyslogParts {
  intake: Pick<Intake, 'accept' | 'acceptOwn'>;
  clock: Clock;
  newId: () => string;
  observer: SyslogObserver;
  allowsAddress: (tenant: string, address: string) => Promise<boolean>;
  /** The files of TLS, read. */
  tls?: TlsFiles;
}

interface Listener {
  readonly name: ListenerName;
  listen(address: ListenAddress): Promise<number>;
  stop(deadline: AbortSignal): Promise<void>;
}

const LIMITS = { messageMs: 60_000, quietMs: 250 };
const MAX_QUEUED_BYTES = 8_388_608;

/** The listeners for syslog that a deployment has: none, unless settings say where. */
export class SyslogListeners {
  readonly #listeners: readonly (readonly [Listener, ListenAddress])[];

  constructor(configuration: SyslogConfiguration, parts: SyslogParts) {
    const { tcp, tls, udp } = configuration;
    const common = {
      ...parts,
      ...configuration,
      limits: LIMITS,
      maxQueuedBytes: MAX_QUEUED_BYTES,
      recordLoss: (tenant: string, loss: Loss) => recordLoss(tenant, loss, parts),
    };
    const listeners: [Listener, ListenAddress][] = [];
    if (tcp !== undefined) listeners.push([new StreamListener(common, undefined), tcp]);
    if (tls !== undefined && parts.tls !== undefined) listeners.push([new StreamListener(common, parts.tls), tls]);
    if (udp !== undefined) listeners.push([new DatagramListener(common), udp]);
    this.#listeners = listeners;
  }

  /** Begins to listen. Resolves with the ports; rejects with what the system says, and then none listens. */
  async start(): Promise<Partial<Record<ListenerName, number>>> {
    const ports: Partial<Record<ListenerName, number>> = {};
    try {
      for (const [listener, address] of this.#listeners) ports[listener.name] = await listener.listen(address);
      return ports;
    } catch (error) {
      await this.stop(AbortSignal.abort());
      throw error;
    }
  }

  /** Ends all of them; what was taken is recorded first, until the deadline. */
  async stop(deadline: AbortSignal): Promise<void> {
    await Promise.all(this.#listeners.map(([listener]) => listener.stop(deadline)));
  }
}

/** Says in the tenant's log that messages were lost, which is all that can be said of them. */
async function recordLoss(tenant: string, { messages, bytes }: Loss, { intake, newId }: SyslogParts): Promise<void> {
  const event: EventInput = {
    id: `attestlog:${newId()}`,
    action: 'syslog.lose',
    category: 'audit',
    outcome: 'failure',
    severity: 'error',
    source: { service: 'attestlog' },
    message: `${messages} messages came over UDP faster than they could be recorded, and are lost`,
    metadata: { messages, bytes },
  };
  await intake.acceptOwn(tenant, [event]);
}
