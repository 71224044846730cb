import { once } from 'node:events';
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';

/** What a stream brought: the event with its index, or what has another type. */
export interface LiveEvent {
  type: 'event' | 'heartbeat' | 'end';
  /** As the server names it, in server-sent events. */
  lastId?: string | undefined;
  data: { index: number; next: number; event: { id: string }; error?: { code: string }; personal?: unknown[] };
}

/** A client of a live stream, which takes what comes only as it is asked for. */
export interface LiveClient {
  /** What comes next. Rejects when the stream is over. */
  next(): Promise<LiveEvent>;
  /** The next event, whatever else comes before it. */
  event(): Promise<LiveEvent['data']>;
  /** The last word. */
  end(): Promise<LiveEvent['data']>;
  /** Stops taking anything from the connection, and goes on. */
  pause(): void;
  resume(): void;
  close(): void;
}

export interface OpenedSse extends LiveClient {
  response: IncomingMessage;
  /** The whole answer, of one that is no stream. */
  problem: Promise<{ code: string }>;
}

class Inbox {
  readonly #come: LiveEvent[] = [];
  #waiting: { resolve: (event: LiveEvent) => void; reject: (error: Error) => void } | undefined;
  #over: Error | undefined;

  put(event: LiveEvent): void {
    if (this.#waiting === undefined) this.#come.push(event);
    else this.#waiting.resolve(event);
    this.#waiting = undefined;
  }

  close(error: Error): void {
    this.#over ??= error;
    this.#waiting?.reject(error);
    this.#waiting = undefined;
  }

  next(): Promise<LiveEvent> {
    const event = this.#come.shift();
    if (event !== undefined) return Promise.resolve(event);
    if (this.#over !== undefined) return Promise.reject(this.#over);
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  async of(type: LiveEvent['type']): Promise<LiveEvent['data']> {
    for (;;) {
      const event = await this.next();
      if (event.type === type) return event.data;
    }
  }
}

/** Opens a stream of server-sent events. */
export function openSse(url: string, headers: Record<string, string>): Promise<OpenedSse> {
  return new Promise((resolve, reject) => {
    const request: ClientRequest = httpRequest(url, { headers: { accept: 'text/event-stream', ...headers } });
    request.on('error', reject);
    request.on('response', (response) => {
      const inbox = new Inbox();
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (piece: string) => {
        const blocks = (text + piece).split('\n\n');
        text = blocks.pop()!;
        for (const block of blocks) for (const event of readBlock(block)) inbox.put(event);
      });
      response.on('error', () => undefined);
      response.on('close', () => inbox.close(new Error('the stream is over')));
      const problem = once(response, 'end').then(() => JSON.parse(text));
      problem.catch(() => undefined);
      resolve({
        response,
        problem,
        next: () => inbox.next(),
        event: () => inbox.of('event'),
        end: () => inbox.of('end'),
        pause: () => response.socket.pause(),
        resume: () => response.socket.resume(),
        close: () => request.destroy(),
      });
    });
    request.end();
  });
}

function readBlock(block: string): LiveEvent[] {
  const fields = new Map(
    block.split('\n').map((line) => {
      const colon = line.indexOf(': ');
      return [line.slice(0, colon), line.slice(colon + 2)] as const;
    }),
  );
  const data = fields.get('data');
  if (data === undefined) return [];
  const type = (fields.get('event') ?? 'event') as LiveEvent['type'];
  return [{ type, lastId: fields.get('id'), data: JSON.parse(data) }];
}

export interface OpenedWebSocket extends LiveClient {
  socket: WebSocket;
  /** The code and the reason with which it was closed. */
  closed: Promise<[code: number, reason: string]>;
}

/** Opens a stream by WebSocket. Rejects with the status of the answer when there is none. */
export function openWebSocket(
  url: string,
  headers: Record<string, string>,
  protocols: string[] = [],
): Promise<OpenedWebSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url.replace(/^http/, 'ws'), protocols, { headers });
    const inbox = new Inbox();
    socket.on('error', reject);
    socket.on('unexpected-response', (request, response) => {
      reject(new Error(String(response.statusCode)));
      request.destroy();
    });
    socket.on('message', (message) => {
      const data = JSON.parse(String(message));
      inbox.put({ type: data.type ?? 'event', data });
    });
    const closed = new Promise<[number, string]>((done) => {
      socket.on('close', (code, reason) => {
        inbox.close(new Error('the stream is over'));
        done([code, String(reason)]);
      });
    });
    socket.on('open', () =>
      resolve({
        socket,
        closed,
        next: () => inbox.next(),
        event: () => inbox.of('event'),
        end: () => inbox.of('end'),
        pause: () => socket.pause(),
        resume: () => socket.resume(),
        close: () => socket.terminate(),
      }),
    );
  });
}
