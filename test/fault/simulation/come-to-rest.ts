import type { Simulation } from './simulation.js';
import { demand } from './violation.js';

/** The end of all faults: late messages arrive, every process runs, and all that is in the journal is sealed. */
export async function comeToRest(simulation: Simulation): Promise<void> {
  const { turns, slots, faults, random, clients, trace } = simulation;
  faults.end();
  trace.add('no more faults');
  const finishTurns = async () => {
    while (turns.waiting > 0) {
      trace.add(`turn ${turns.giveOne(random)}`);
      await simulation.settle();
    }
  };
  simulation.deliver(true);
  await simulation.settle();
  await finishTurns();
  for (const [index, { running }] of slots.entries()) {
    if (running === undefined) simulation.start(index);
    await simulation.settle();
    await finishTurns();
  }
  for (const index of slots.keys()) simulation.send(index, clients.lastOne());
  await finishTurns();
  for (let round = 0, idle = 0; idle < 2; round++) {
    demand(round < 1000, 'the journal is sealed and trimmed', () => 'sealing comes to no end');
    idle += 1;
    for (const index of slots.keys()) {
      simulation.seal(index);
      await simulation.settle();
      await finishTurns();
      if (simulation.ready(index)?.mayHaveMore) idle = 0;
    }
  }
}
