import { chmod, lstat, mkdir, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { askControl, ControlFailure } from './control-client.js';
import { type ControlAnswer, type ControlRequest, LINE_MAX_BYTES, readRequest } from './control-protocol.js';

const CONNECTIONS_MAX_ITEMS = 16;
/** A connection that says nothing for so long is closed. */
const IDLE_MS = 10_000;
/** `sun_path` of unix(7), with its zero at the end. */
const PATH_MAX_BYTES = 107;

export interface ControlServer {
  close(): Promise<void>;
}

/**
 * Listens on a socket that only this user can connect to (mode 0600 in a folder of mode 0700). A socket that a killed run
 * left behind is taken over.
 *
 * @throws ControlFailure `in-use` where another monitor listens, `path-too-long` for what no socket can be named
 */
export async function listenControl(
  path: string,
  handle: (request: ControlRequest) => Promise<ControlAnswer>,
): Promise<ControlServer> {
  if (Buffer.byteLength(path) > PATH_MAX_BYTES) {
    throw new ControlFailure('path-too-long', `A socket's path has at most ${PATH_MAX_BYTES} bytes.`);
  }
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await removeStale(path);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    serve(socket, handle);
  });
  server.maxConnections = CONNECTIONS_MAX_ITEMS;
  await listen(server, path);
  await chmod(path, 0o600);
  return {
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function removeStale(path: string): Promise<void> {
  const there = await lstat(path).catch(() => undefined);
  if (there === undefined) return;
  if (!there.isSocket()) throw new ControlFailure('in-use', 'There is a file where the socket should be.');
  try {
    await askControl(path, { do: 'get' });
  } catch (error) {
    if (error instanceof ControlFailure && error.code === 'not-running') return rm(path, { force: true });
  }
  throw new ControlFailure('in-use', 'Another monitor with the same state is running.');
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function serve(socket: Socket, handle: (request: ControlRequest) => Promise<ControlAnswer>): void {
  let pending = '';
  let last = Promise.resolve();
  const answer = (value: ControlAnswer) => void socket.write(`${JSON.stringify(value)}\n`);
  socket.setEncoding('utf8');
  socket.setTimeout(IDLE_MS, () => socket.destroy());
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: string) => {
    const lines = (pending + chunk).split('\n');
    pending = lines.pop()!;
    for (const line of lines) {
      const request = readRequest(line);
      // One after the other, so that answers come in the order of requests.
      last = last.then(async () =>
        answer('error' in request ? { ok: false, error: request.error } : await handle(request)),
      );
      last = last.catch(() => answer({ ok: false, error: 'It did not work.' }));
    }
    if (Buffer.byteLength(pending) > LINE_MAX_BYTES) socket.destroy();
  });
}
