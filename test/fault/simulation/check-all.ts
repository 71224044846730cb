import { openMemoryStore } from '../../../packages/server/src/adapters/memory/memory-store.js';
import { blobKey } from '../../../packages/server/src/intake/intake.js';
import { checkAnswers, checkAtomicBatches } from './check-answers.js';
import { checkLog } from './check-log.js';
import { ExpectedLog } from './expected-log.js';
import { requireReceipt } from './read-back.js';
import { checkReplay } from './replay.js';
import type { Simulation } from './simulation.js';
import { demand, GuaranteeBroken } from './violation.js';

/** Checks every guarantee, once all has come to rest. Gives the number of entries in all logs. */
export async function checkAll(simulation: Simulation): Promise<number> {
  const { history, clients, plan, random } = simulation;
  checkRest(simulation);
  const expected = new ExpectedLog(history.chunks, plan.windowNs);
  checkAnswers(clients.ledger, expected);
  await checkLog(history, expected);
  checkAtomicBatches(clients.ledger, expected);
  await checkReplay(history, plan, random);
  checkPayloads(simulation, expected);
  return checkReceipts(simulation, expected);
}

/** Nothing waits: the journal is sealed to its end and trimmed, every request and every read has its answer. */
function checkRest({ history, slots }: Simulation): void {
  const { journal } = history.world;
  const detail = () => `sealed through ${history.committed} of ${journal.lastSequence}, ${journal.chunks.length} left`;
  const isDone = history.committed === journal.lastSequence && journal.chunks.length === 0 && journal.heldBytes === 0;
  demand(isDone, 'the journal is sealed and trimmed', detail);
  for (const { running } of slots) {
    const waiting = running!.process.reads + running!.process.underWay.size;
    demand(waiting === 0, 'reads see acknowledged writes', () => `${waiting} requests are still waiting`);
  }
}

function checkPayloads({ history }: Simulation, expected: ExpectedLog): void {
  for (const { tenant, entry } of expected.records) {
    if (!Buffer.from(entry).includes('$blob')) continue;
    for (const [, hash] of Buffer.from(entry)
      .toString()
      .matchAll(/"\$blob":\{[^}]*"sha256":"([0-9a-f]{64})"/g)) {
      const isThere = history.world.objects.objects.has(blobKey(tenant, hash!));
      demand(isThere, 'payloads are kept', () => `${tenant}: ${hash} is absent`);
    }
  }
}

/** Every entry has a receipt that verifies, from a process chosen for each tenant. */
async function checkReceipts(simulation: Simulation, expected: ExpectedLog): Promise<number> {
  const { history, slots, random, turns } = simulation;
  const store = openMemoryStore(history.world.store);
  let count = 0;
  for (const tenant of expected.tenants) {
    const { process } = random.pick(slots).running!;
    for (const entry of await store.entries(tenant, 0, Number.MAX_SAFE_INTEGER)) {
      let failure: unknown;
      const done = requireReceipt(process, tenant, entry, history).catch((error: unknown) => {
        failure = error;
      });
      for (await turns.quiet(); turns.waiting > 0; await turns.quiet()) turns.giveOne(random);
      await done;
      if (failure instanceof GuaranteeBroken) throw failure;
      demand(failure === undefined, 'receipts verify', () => `${tenant} ${entry.index}: ${failure}`);
      count += 1;
    }
  }
  return count;
}
