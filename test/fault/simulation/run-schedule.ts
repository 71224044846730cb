import type { Breakage } from './breakage.js';
import { checkAll } from './check-all.js';
import { comeToRest } from './come-to-rest.js';
import { planOf } from './plan.js';
import { Simulation } from './simulation.js';
import { takeStep } from './take-step.js';
import { Trace } from './trace.js';

/** What became of a schedule. */
export interface Outcome {
  /** Hash of the trace: equal for equal runs. */
  digest: string;
  steps: number;
  answers: number;
  entries: number;
}

/**
 * Runs the schedule of a seed, lets everything come to rest, and checks every guarantee.
 * @throws GuaranteeBroken
 */
export async function runSchedule(
  seed: number,
  breakage: Breakage = {},
  show?: (line: string) => void,
): Promise<Outcome> {
  const { plan, random } = planOf(seed);
  const trace = new Trace(show);
  const simulation = new Simulation(plan, random, trace, breakage);
  for (let step = 0; step < plan.steps; step++) {
    takeStep(simulation);
    await simulation.settle();
  }
  await comeToRest(simulation);
  const entries = await checkAll(simulation);
  return { digest: trace.digest(), steps: trace.steps, answers: simulation.clients.ledger.answers.length, entries };
}
