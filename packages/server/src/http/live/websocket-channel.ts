import type { WebSocket } from '@fastify/websocket';
import type { Problem } from '../../errors.js';
import { FAREWELL_MS, type LiveChannel, type LiveMessage, type LiveProbe } from './live-channel.js';

/** RFC 6455, section 7.4.1. */
const NORMAL = 1000;
const GOING_AWAY = 1001;
const NOTHING_IS_READ = 1003;
const POLICY = 1008;
const TRY_AGAIN = 1013;

/**
 * A WebSocket: each event is a text message, and so are heartbeats and the last word, which have a `type`; unless nothing
 * but events is wanted: then pings are the heartbeats, and the frame that closes says the last.
 */
export class WebSocketChannel implements LiveChannel {
  readonly #socket: WebSocket;
  readonly #hasControlMessages: boolean;
  #isPongDue = false;
  /** By pings, also while events come: a peer that is gone takes those without a word (RFC 6455, section 5.5.2). */
  readonly probe: LiveProbe;

  constructor(socket: WebSocket, { hasControlMessages = true } = {}) {
    this.#socket = socket;
    this.#hasControlMessages = hasControlMessages;
    const isUnanswered = () => this.#isPongDue;
    this.probe = {
      ask: () => this.#ping(),
      get isUnanswered() {
        return isUnanswered();
      },
    };
    socket.on('pong', () => {
      this.#isPongDue = false;
    });
    socket.on('message', () => socket.close(NOTHING_IS_READ, 'nothing is read here'));
  }

  send(messages: readonly LiveMessage[]): Promise<void> {
    const last = messages.length - 1;
    for (const { json } of messages.slice(0, last)) this.#socket.send(json, ignore);
    return this.#send(messages[last]!.json);
  }

  async beat(next: number): Promise<void> {
    if (this.#hasControlMessages) await this.#send(JSON.stringify({ type: 'heartbeat', next }));
  }

  end(next: number, problem?: Problem): void {
    const why = problem === undefined ? {} : { error: problem.toDocument() };
    if (this.#hasControlMessages) this.#socket.send(JSON.stringify({ type: 'end', next, ...why }), ignore);
    // At most 123 bytes (section 5.5.1).
    this.#socket.close(closeCode(problem), `${problem?.code ?? 'done'}; next=${next}`);
    const timer = setTimeout(() => this.#socket.terminate(), FAREWELL_MS);
    this.#socket.once('close', () => clearTimeout(timer));
  }

  onGone(callBack: () => void): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.once('close', callBack);
    else callBack();
  }

  #ping(): void {
    this.#isPongDue = true;
    this.#socket.ping(undefined, undefined, ignore);
  }

  #send(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.send(text, (error) => (error ? reject(error) : resolve()));
    });
  }
}

/** Of a failed message the last one of its batch tells, and of a connection that is gone its end. */
function ignore(): void {}

function closeCode(problem: Problem | undefined): number {
  if (problem === undefined) return NORMAL;
  if (problem.code === 'shutting-down') return GOING_AWAY;
  return problem.status === 408 || problem.status >= 500 ? TRY_AGAIN : POLICY;
}
