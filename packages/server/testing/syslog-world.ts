import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { EventInput } from '@attestlog/event';
import { SystemClock } from '../src/adapters/system/system-clock.js';
import type { Source } from '../src/intake/admission.js';
import type { Acceptance, Intake } from '../src/intake/intake.js';
import type { ItemResult } from '../src/intake/item.js';
import { Senders } from '../src/protocols/syslog/senders.js';
import type { MessageFate, SyslogObserver } from '../src/protocols/syslog/syslog-observer.js';

/** An intake that can be held up or made to fail, and keeps what it took, each id once. */
export class SyslogIntake implements Pick<Intake, 'accept'> {
  readonly events = new Map<string, EventInput>();
  readonly tenants: string[] = [];
  /** Awaited by each call. */
  gate: Promise<void> = Promise.resolve();
  /** Thrown by the calls in its turn; `applied` ones have stored what they failed with. */
  readonly failures: { error: Error; applied: boolean }[] = [];
  underWay = 0;
  mostUnderWay = 0;
  calls = 0;

  async accept(tenant: string, source: Source): Promise<Acceptance> {
    this.calls += 1;
    this.underWay += 1;
    this.mostUnderWay = Math.max(this.mostUnderWay, this.underWay);
    try {
      await this.gate;
      const failure = this.failures.shift();
      if (failure !== undefined && !failure.applied) throw failure.error;
      const results = (source.kind === 'values' ? source.values : []).map((value) => this.#store(value as EventInput));
      this.tenants.push(tenant);
      if (failure !== undefined) throw failure.error;
      return { results, throughSequence: 1, limits: [] };
    } finally {
      this.underWay -= 1;
    }
  }

  get messages(): (string | undefined)[] {
    return [...this.events.values()].map(({ message }) => message);
  }

  #store(event: EventInput): ItemResult {
    const id = event.id!;
    const status = this.events.has(id) ? 'duplicate' : 'stored';
    this.events.set(id, event);
    return { status, id, position: 0 };
  }
}

/** Remembers what the listeners tell. */
export class SyslogWitness implements SyslogObserver {
  readonly fates: Partial<Record<MessageFate, number>> = {};
  readonly refusals: string[] = [];
  readonly troubles: string[] = [];
  open = 0;

  count(_listener: string, fate: MessageFate, messages: number): void {
    if (messages > 0) this.fates[fate] = (this.fates[fate] ?? 0) + messages;
  }

  connections(_listener: string, open: number): void {
    this.open = open;
  }

  refused(_listener: string, _peer: string, reason: string): void {
    this.refusals.push(reason);
  }

  trouble(_listener: string, message: string): void {
    this.troubles.push(message);
  }
}

let made = 0;

/** What listeners need, with an intake and an observer of their own. */
export function syslogParts() {
  const intake = new SyslogIntake();
  const observer = new SyslogWitness();
  const senders = sendersOf([], 'acme');
  return {
    ...{ intake, observer, senders, maxMessageBytes: 1000, maxConnections: 10, maxQueuedBytes: 100_000 },
    clock: new SystemClock(),
    newId: () => `made-${++made}`,
    limits: { messageMs: 60_000, quietMs: 100 },
    allowsAddress: async (_tenant: string, _address: string) => true,
    losses: [] as { messages: number; bytes: number }[],
  };
}

export function sendersOf(texts: string[], otherwise?: string): Senders {
  const read = Senders.parse(texts, otherwise);
  if (!read.ok) throw new Error(read.problem);
  return read.senders;
}

export async function connectTo(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}
