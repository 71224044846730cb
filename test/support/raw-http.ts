import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface RawAnswer {
  status: number;
  headers: Map<string, string>;
  body: Buffer;
}

export interface RawRequest {
  method: string;
  /** Goes into the request line as it is. */
  path: string;
  headers?: readonly (readonly [name: string, value: string])[];
  body?: Uint8Array;
}

/** The bytes of a request, with nothing checked and nothing escaped; content-length is added unless headers say it. */
export function rawBytes({ method, path, headers = [], body = new Uint8Array() }: RawRequest): Buffer {
  const told = headers.some(([name]) => /^(content-length|transfer-encoding)$/i.test(name));
  const length = told ? [] : [['content-length', String(body.length)] as const];
  const lines = [['host', 'localhost'] as const, ['connection', 'close'] as const, ...headers, ...length];
  const head = `${method} ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), body]);
}

export async function openSocket(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  // What the tests look at is the answer; a server may cut a connection that sends rubbish.
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/** Sends bytes and reads until the server closes the connection. Undefined when it closed it without an answer. */
export async function exchange(url: string, bytes: Uint8Array): Promise<RawAnswer | undefined> {
  const socket = await openSocket(url);
  socket.write(bytes);
  return readAnswer(socket);
}

/** Reads one answer, until the connection ends; of a live stream, which has no end, its beginning. */
export async function readAnswer(socket: Socket): Promise<RawAnswer | undefined> {
  const pieces: Buffer[] = [];
  socket.on('data', (piece) => {
    pieces.push(piece);
    if (isLiveStream(pieces[0]!)) socket.destroy();
  });
  if (!socket.closed) await once(socket, 'close').catch(() => undefined);
  return parseAnswer(Buffer.concat(pieces));
}

function isLiveStream(start: Buffer): boolean {
  const head = start.subarray(0, 2000).toString('latin1');
  return /^HTTP\/1\.1 200 [\s\S]*\r\ncontent-type: text\/event-stream/i.test(head);
}

function parseAnswer(bytes: Buffer): RawAnswer | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  const lines = bytes.subarray(0, Math.max(end, 0)).toString('latin1').split('\r\n');
  const status = /^HTTP\/1\.1 (\d{3}) /.exec(lines[0] ?? '')?.[1];
  if (end < 0 || status === undefined) return undefined;
  const headers = new Map<string, string>();
  for (const line of lines.slice(1)) {
    const colon = line.indexOf(':');
    headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  const body = bytes.subarray(end + 4);
  const chunked = headers.get('transfer-encoding') === 'chunked';
  return { status: Number(status), headers, body: chunked ? dechunk(body) : body };
}

function dechunk(bytes: Buffer): Buffer {
  const pieces: Buffer[] = [];
  let at = 0;
  for (;;) {
    const end = bytes.indexOf('\r\n', at);
    const size = end < 0 ? 0 : Number.parseInt(bytes.subarray(at, end).toString('latin1'), 16);
    if (!(size > 0)) return Buffer.concat(pieces);
    pieces.push(bytes.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
}
