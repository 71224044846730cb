import { verifyReceipt } from '@attestlog/tlog';
import { Problem } from '../../../packages/server/src/errors.js';
import type { StoredEntry } from '../../../packages/server/src/ports/store.js';
import type { FaultSource } from './fault-source.js';
import type { History } from './history.js';
import type { Ledger } from './ledger.js';
import { ORIGIN, type Process } from './process.js';
import type { Random } from './random.js';
import { verifierOf } from './signing.js';
import { demand } from './violation.js';

/** Reads an event back that was acknowledged before, and its receipt. Whatever waits for the sequencer may wait. */
export async function readBack(
  process: Process,
  parts: { ledger: Ledger; random: Random; history: History; faults: FaultSource },
): Promise<void> {
  const { ledger, random, history, faults } = parts;
  const recent = ledger.answers.filter(({ by }, place) => by === process || place < process.bornAt).slice(-10);
  const answer = random.pick(recent);
  if (answer === undefined || (answer.result.status !== 'stored' && answer.result.status !== 'duplicate')) return;
  const { tenant, result } = answer;
  process.reads += 1;
  try {
    const stored = await findIt(process, tenant, result.id, random.chance(0.3));
    if (process.isDead) return;
    const { id } = JSON.parse(new TextDecoder().decode(stored?.entry)) as { id: string };
    demand(id === result.id, 'reads see acknowledged writes', () => `asked for ${result.id}, got ${id}`);
    await requireReceipt(process, tenant, stored!, history);
  } catch (error) {
    if (process.isDead) return;
    const isUnknown = error instanceof Problem && error.code === 'event-unknown';
    demand(!isUnknown, 'reads see acknowledged writes', () => `${tenant} ${result.id} is unknown`);
    faults.requireKnown(error);
  } finally {
    process.reads -= 1;
  }
}

async function findIt(process: Process, tenant: string, id: string, inPage: boolean): Promise<StoredEntry | undefined> {
  if (!inPage) return process.reader.get(tenant, id);
  const { entries } = await process.reader.page(tenant, { limit: 1000 });
  const found = entries.find(({ entry }) => JSON.parse(new TextDecoder().decode(entry)).id === id);
  if (found === undefined && entries.length < 1000 && !process.isDead) throw new Problem('event-unknown');
  return found ?? process.reader.get(tenant, id);
}

/** The receipt of an entry verifies, and the root that it is for is noted as one that was shown. */
export async function requireReceipt(
  process: Process,
  tenant: string,
  { index, entry }: StoredEntry,
  history: History,
): Promise<void> {
  const receipt = await process.log.receipt(tenant, index);
  if (process.isDead) return;
  const origin = `${ORIGIN}/${tenant}`;
  try {
    history.noteHead(tenant, verifyReceipt(receipt, entry, [verifierOf(origin)], origin));
  } catch (error) {
    demand(false, 'receipts verify', () => `${tenant} ${index}: ${(error as Error).message}`);
  }
}
