import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Attestlog, ConfigurationError } from '@attestlog/client';
import type { MonitorOutput } from '@attestlog/monitor';
import type { CommandContext } from '../context.js';
import { messageOf, usageFailure } from '../failure.js';
import type { Server } from '../http/server-address.js';
import type { MonitorModule } from './monitor-module.js';

/** The way to the server: through a spool on this disk, so that nothing waits for it and nothing is lost without it. */
export interface Sending {
  readonly output: MonitorOutput;
  /** Delivers what it can; the rest stays in the spool for the next start. */
  close(): Promise<void>;
}

export interface SendingParts {
  readonly server: Server;
  readonly stateFolder: string;
  readonly monitor: MonitorModule;
  readonly say: (text: string) => void;
}

/** Opens the spool. @throws CliFailure for settings that are none, or a folder that cannot be used */
export async function openSending(context: CommandContext, parts: SendingParts): Promise<Sending> {
  const { server, stateFolder, monitor, say } = parts;
  const { createClient } = await import('@attestlog/client');
  let client: Attestlog;
  try {
    client = createClient({
      url: server.client.url,
      ...(server.client.credential === undefined ? {} : { apiKey: server.client.credential }),
      ...(server.client.tenant === undefined ? {} : { tenant: server.client.tenant }),
      durability: 'disk',
      spool: { folder: join(stateFolder, 'spool') },
      service: 'file-monitor',
      environment: context.env,
      onError: (error) => say(messageOf(error)),
    });
  } catch (error) {
    throw usageFailure(messageOf(error as ConfigurationError));
  }
  tellConnection(client, server, say);
  const output = monitor.auditLogOutput(client, {
    host: hostname(),
    sleep: (ms) => context.sleep(ms, context.signal),
    onRefused: (id, reason) => say(`The event ${id} was refused and is in the dead-letter folder: ${reason}`),
  });
  return { output, close: () => client.close() };
}

/** Says once that the server is away, and that it is back. */
function tellConnection(client: Attestlog, server: Server, say: (text: string) => void): void {
  client.on('connection', (notice) => {
    if (notice.state === 'down') {
      const code = notice.code === undefined ? '' : ` (${notice.code})`;
      say(`The server ${server.baseUrl} takes nothing${code}: events wait in the spool.`);
    } else say('The server is back; the spool is being sent.');
  });
}
