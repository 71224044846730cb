import { ServerProcess, type ServerProcessOptions } from '../support/server-process.js';
import { TenantLog } from './tenant-log.js';
import type { Litewitness } from './tools/litewitness.js';

/** A server that has this witness cosign its checkpoints, several times a second. */
export function startWitnessedServer(witness: Litewitness, options: ServerProcessOptions = {}): Promise<ServerProcess> {
  const env = { ATTESTLOG_WITNESSES: `${witness.key} ${witness.url}`, ATTESTLOG_WITNESS_INTERVAL: '200ms' };
  return ServerProcess.start({ ...options, env: { ...options.env, ...env } });
}

/** A new tenant's log with one event, which the witness trusts from now on. */
export async function witnessedLog(server: ServerProcess, witness: Litewitness, tenant: string): Promise<TenantLog> {
  const log = new TenantLog(server, tenant);
  await log.growTo(1);
  const key = await log.key();
  await witness.trust(key.split('+')[0]!, key);
  return log;
}
