import { expect } from 'vitest';
import type { Ledger } from './ledger.js';
import { readLog } from './log-reading.js';
import type { ServerProcess } from './server-process.js';

const ALL_IS_WELL = { violations: [], omitted: 0 };

/**
 * Holds every tenant's log against the ledger: it verifies, continues the remembered checkpoint, has every
 * acknowledged event once with its content, and nothing that was never sent. The server has to be able to read.
 */
export async function expectSoundLogs(
  server: ServerProcess,
  ledger: Ledger,
  remembered: ReadonlyMap<string, string> = new Map(),
): Promise<void> {
  for (const tenant of ledger.tenants) {
    await waitUntilSealed(server, tenant);
    const log = await readLog(server, tenant, remembered.get(tenant));
    const entries = log?.entries ?? [];
    if (log !== undefined) {
      expect(log.verified, tenant).toMatchObject({ ...ALL_IS_WELL, verified: entries.length, size: entries.length });
    }
    expect(ledger.complaints(tenant, entries)).toEqual([]);
    const last = ledger.acknowledged(tenant).at(-1);
    if (last === undefined) continue;
    const found = await server.fetch(`/api/v1/events/${last.id}`, { tenant });
    expect(await found.json(), `${last.id} of ${tenant} is found by its id`).toMatchObject({ event: last });
  }
}

/** A read waits for what was acknowledged before it, up to a bound, and says how far it is behind. */
export async function waitUntilSealed(server: ServerProcess, tenant: string): Promise<void> {
  for (;;) {
    const response = await server.fetch('/api/v1/log', { tenant });
    if (response.status === 404) return;
    const { behind } = (await response.json()) as { behind?: number };
    if (behind === 0) return;
  }
}
