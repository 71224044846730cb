import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RunningSite } from './conformance.js';

/** Starts a server of Node's on a free port of this machine. */
export async function listen(server: Server): Promise<RunningSite> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
