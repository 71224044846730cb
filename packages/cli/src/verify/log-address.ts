import type { LogPlace } from '@attestlog/client/log-reading';
import type { CommandContext } from '../context.js';
import { usageFailure } from '../failure.js';
import { authorization, type ConnectionOptions, connectionTo, credentialOf, httpUrl } from '../http/server-address.js';

/** Where a tlog-tiles log is, and whose. */
export interface LogAddress extends LogPlace {
  /** Whether it is a log of an Attestlog server, which also shows its keys. */
  readonly own: boolean;
}

/**
 * The log that the options name: a foreign one by its prefix, else the tenant's on the server. A foreign log gets a
 * credential only if a flag gives one: that of the environment is for our own server.
 */
export async function logAddress(
  options: ConnectionOptions & { readonly log?: string },
  env: CommandContext['env'],
): Promise<LogAddress> {
  if (options.log !== undefined) {
    if (options.url !== undefined) throw usageFailure('Use either --log or --url');
    const headers = authorization(await credentialOf(options));
    return { prefix: httpUrl(options.log), headers: () => headers, own: false };
  }
  const server = await connectionTo(options, env);
  const prefix = server.resolve(`log/${encodeURIComponent(server.tenant)}/`);
  return { prefix, headers: () => server.headers, own: true };
}
