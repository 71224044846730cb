import type { ServerResponse } from 'node:http';
import type { Problem } from '../../errors.js';
import { FAREWELL_MS, type LiveChannel, type LiveMessage } from './live-channel.js';

/** How long an `EventSource` waits before it connects again. */
const RETRY_MS = 1000;

/**
 * Server-sent events (HTML Living Standard, section 9.2). The id of an event is its index, and that of a heartbeat the
 * last index before `next`: a client that comes back with `Last-Event-ID` does not make the server look twice.
 */
export class SseChannel implements LiveChannel {
  readonly #response: ServerResponse;

  constructor(response: ServerResponse, requestId: string) {
    this.#response = response;
    // Silence is for heartbeats to end.
    response.socket?.setTimeout(0);
    response.socket?.setNoDelay(true);
    response.on('error', () => undefined);
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      // Proxies that gather answers would hold events back.
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
      'x-request-id': requestId,
    });
    response.write(`retry: ${RETRY_MS}\n\n`);
  }

  send(messages: readonly LiveMessage[]): Promise<void> {
    // The JSON of an entry is one line: canonical JSON escapes line breaks.
    return this.#write(messages.map(({ index, json }) => `id: ${index}\ndata: ${json}\n\n`).join(''));
  }

  beat(next: number): Promise<void> {
    return this.#write(`event: heartbeat\n${idBefore(next)}data: {"next":${next}}\n\n`);
  }

  end(next: number, problem?: Problem): void {
    const why = problem === undefined ? {} : { error: problem.toDocument() };
    this.#response.end(`event: end\n${idBefore(next)}data: ${JSON.stringify({ next, ...why })}\n\n`);
    const timer = setTimeout(() => this.#response.destroy(), FAREWELL_MS);
    this.#response.once('close', () => clearTimeout(timer));
  }

  onGone(callBack: () => void): void {
    if (this.#response.destroyed) callBack();
    else this.#response.once('close', callBack);
  }

  #write(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#response.write(text, (error) => (error ? reject(error) : resolve()));
    });
  }
}

function idBefore(next: number): string {
  return next === 0 ? '' : `id: ${next - 1}\n`;
}
