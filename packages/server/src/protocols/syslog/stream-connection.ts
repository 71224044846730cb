import type { Socket } from 'node:net';
import type { Clock } from '../../ports/clock.js';
import { type DeliveryParts, type DeliveryResult, deliver } from './delivery.js';
import { FrameReader, type SyslogFrame } from './frame-reader.js';
import { RepeatIds } from './repeat-ids.js';
import { arrivalOf, type Transport } from './syslog-arrival.js';

export interface ConnectionParts extends DeliveryParts {
  clock: Clock;
  newId: () => string;
  maxMessageBytes: number;
  limits: ConnectionLimits;
}

export interface ConnectionLimits {
  /** How long a message that has begun is waited for in all. */
  messageMs: number;
  /** When the server stops: how long a connection that brings nothing more is listened to. */
  quietMs: number;
}

/** Tells a connection to end. */
export interface StopSignals {
  /** Take what the system has received, then end. */
  readonly stopping: AbortSignal;
  /** Wait for nothing any more. */
  readonly deadline: AbortSignal;
}

/**
 * Records what a connection brings, in its order: a piece that was read is on stable storage before the next one is asked
 * for, so that a sender is slowed down to the pace of the journal. So what is recorded of a connection is always the
 * beginning of what it brought, without a hole, however the server ends.
 */
export class StreamConnection {
  readonly #socket: Socket;
  readonly #transport: Transport;
  readonly #tenant: string;
  readonly #parts: ConnectionParts;
  readonly #stop: StopSignals;
  readonly #reader: FrameReader;
  readonly #ids: RepeatIds;
  /** How long the message that has begun was waited for. */
  #waitedMs = 0;

  constructor(socket: Socket, transport: Transport, tenant: string, parts: ConnectionParts, stop: StopSignals) {
    this.#socket = socket;
    this.#transport = transport;
    this.#tenant = tenant;
    this.#parts = parts;
    this.#stop = stop;
    this.#reader = new FrameReader(parts.maxMessageBytes);
    this.#ids = new RepeatIds(parts.newId);
  }

  /** Resolves when the connection has ended and everything that was read of it is recorded. Never rejects. */
  async run(): Promise<void> {
    const { observer } = this.#parts;
    const { listener } = this.#transport;
    const sayGoodbye = () => this.#socket.end();
    this.#stop.stopping.addEventListener('abort', sayGoodbye, { once: true });
    if (this.#stop.stopping.aborted) sayGoodbye();
    try {
      const ended = await this.#readAll();
      const rest = this.#reader.end();
      if (ended === 'recorded' && rest !== undefined) await this.#record([rest]);
    } catch (error) {
      observer.trouble(listener, 'a connection failed', error);
    } finally {
      this.#stop.stopping.removeEventListener('abort', sayGoodbye);
      this.#socket.destroy();
    }
  }

  async #readAll(): Promise<DeliveryResult> {
    const pieces = this.#socket.iterator({ destroyOnReturn: false });
    try {
      for (;;) {
        const next = await this.#nextPiece(pieces);
        if (next === undefined) return 'recorded';
        const frames = this.#reader.push(next);
        if (frames.length > 0) this.#waitedMs = 0;
        const result = await this.#record(frames);
        if (result !== 'recorded') return result;
      }
    } finally {
      // Its last wait may still be under way.
      pieces.return?.().catch(() => undefined);
    }
  }

  /** Undefined at the end: of the connection, of its time for a message, or of the server's. */
  async #nextPiece(pieces: AsyncIterator<Buffer>): Promise<Buffer | undefined> {
    const { clock, limits } = this.#parts;
    const { stopping, deadline } = this.#stop;
    const startedMs = clock.monotonicMs();
    const waited = new AbortController();
    const giveUp = this.#timeFor(waited.signal, limits, stopping, deadline);
    try {
      const next = await Promise.race([pieces.next(), giveUp]);
      if (next === 'late') {
        this.#socket.destroy();
        return undefined;
      }
      return next.done === true ? undefined : next.value;
    } catch {
      // Cut off by the other side: what was read before counts.
      return undefined;
    } finally {
      waited.abort();
      this.#waitedMs += this.#reader.isInside ? clock.monotonicMs() - startedMs : 0;
    }
  }

  /** Resolves when it is no use to wait any longer. */
  async #timeFor(
    ended: AbortSignal,
    { messageMs, quietMs }: ConnectionLimits,
    stopping: AbortSignal,
    deadline: AbortSignal,
  ): Promise<'late'> {
    const { clock } = this.#parts;
    const either = AbortSignal.any([ended, stopping]);
    if (!stopping.aborted) {
      if (this.#reader.isInside) await clock.sleep(Math.max(0, messageMs - this.#waitedMs), either);
      else await aborted(either);
    }
    if (!ended.aborted && stopping.aborted) await clock.sleep(quietMs, AbortSignal.any([ended, deadline]));
    return 'late';
  }

  async #record(frames: readonly SyslogFrame[]): Promise<DeliveryResult> {
    if (frames.length === 0) return 'recorded';
    const { listener, peer } = this.#transport;
    const arrived = frames.map((frame) => {
      const id = this.#ids.next(`${peer} ${frame.isCut} ${frame.droppedBytes}`, frame.bytes);
      return arrivalOf(frame, this.#transport, id);
    });
    return deliver(listener, this.#tenant, arrived, this.#parts, this.#stop.deadline);
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
