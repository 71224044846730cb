import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the ports that systems give to outgoing connections, so that none of these takes it before its server does. */
const FIRST_PORT = 12_000;
const PORTS = 20_000;
/** Test processes that run beside each other begin so many ports apart for each number between theirs. */
const APART = 97;

let offset = (process.pid * APART) % PORTS;

/** A port of the loopback that was free a moment ago, and that no other test process asks for soon. */
export async function freePort(): Promise<number> {
  for (;;) {
    offset = (offset + 1) % PORTS;
    const port = FIRST_PORT + offset;
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false;
    throw error;
  }
  server.close();
  await once(server, 'close');
  return true;
}
