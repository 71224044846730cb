import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';

/** The address that the applications of the tests declare as their proxy. On Linux all of 127.0.0.0/8 is this machine. */
export const PROXY_ADDRESS = '127.0.0.2';

export interface Outgoing {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  /** Sends from the proxy's address. */
  readonly viaProxy?: boolean;
}

export interface Incoming {
  readonly status: number;
  readonly text: string;
}

/** Sends a request and reads the whole answer. */
export async function send(origin: string, outgoing: Outgoing): Promise<Incoming> {
  const answer = await answerOf(begin(origin, outgoing));
  return { status: answer.statusCode ?? 0, text: await text(answer) };
}

/** Sends a request on a connection of its own and gives it back, to be given up by whoever asked for it. */
export function begin(origin: string, outgoing: Outgoing): ClientRequest {
  const sent = prepare(origin, outgoing);
  sent.end(outgoing.json === undefined ? undefined : JSON.stringify(outgoing.json));
  return sent;
}

/** Sends the head of a request; the body is to follow. */
export function open(origin: string, outgoing: Outgoing): ClientRequest {
  const sent = prepare(origin, outgoing);
  sent.flushHeaders();
  return sent;
}

function prepare(origin: string, { method = 'GET', path, headers = {}, json, viaProxy }: Outgoing): ClientRequest {
  const sent = request(new URL(path, origin), {
    method,
    agent: false,
    headers: { ...headers, ...(json !== undefined && { 'content-type': 'application/json' }) },
    ...(viaProxy === true && { localAddress: PROXY_ADDRESS }),
  });
  // Of a request that is given up.
  sent.on('error', () => {});
  return sent;
}

export function answerOf(sent: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    sent.once('response', resolve);
    sent.once('error', reject);
  });
}
