import { setTimeout as sleep } from 'node:timers/promises';
import { batchJob } from './batch-load.js';
import { readSealed } from './load.js';
import { runLoad } from './load-process.js';
import type { ServerProcess } from './server-process.js';

const LIMIT_SECONDS = 3600;

/** Sends this many events in batches, to one tenant or to all, and waits until they are sealed. */
export async function fill(server: ServerProcess, events: number, tenant?: string): Promise<void> {
  const { port, key } = server;
  const before = await readSealed(port);
  const job = batchJob({ port, key, seconds: LIMIT_SECONDS, maxEvents: events, ...(tenant ? { tenant } : {}) });
  const { acknowledged } = await runLoad(job);
  while ((await readSealed(port)) - before < acknowledged) await sleep(100);
}
