import { asProblem, from } from '../failures.js';
import { isPortFailure } from '../ports/failure.js';
import type { Registry } from '../ports/registry.js';

/** What stays of a deleted tenant's log beside its hashes. */
interface TombstoneDocument {
  /** A signed note, see `PublicLog.signTombstone`. */
  note: string;
}

function tombstoneKey(tenant: string): string {
  return `tombstone.${tenant}`;
}

/** Keeps a tombstone; the first one stays. */
export async function keepTombstone(registry: Registry, tenant: string, note: string): Promise<void> {
  const document: TombstoneDocument = { note };
  try {
    await registry.put(tombstoneKey(tenant), document, 0);
  } catch (error) {
    if (!isPortFailure(error, 'conflict')) throw asProblem(error, 'registry');
  }
}

/** The tombstone of a tenant, if it was deleted. */
export async function readTombstone(registry: Registry, tenant: string): Promise<string | undefined> {
  return (await from('registry', registry.get<TombstoneDocument>(tombstoneKey(tenant))))?.value.note;
}
