import type { Action } from './plan.js';
import type { Simulation } from './simulation.js';

/** Longer than intake is unsure of an append that failed. */
const LONG_PAUSE_MS = 660_000;

/** One step of a schedule, chosen by chance among those that are possible now. */
export function takeStep(simulation: Simulation): void {
  const { random, turns, slots, trace, clients } = simulation;
  const index = random.below(slots.length);
  const { running, clock } = slots[index]!;
  const action = random.weighted(possibleActions(simulation, index));
  if (action !== 'turn' && action !== 'send') trace.add(`${index} ${action}`);
  switch (action) {
    case 'turn':
      trace.add(`turn ${turns.giveOne(random)}`);
      break;
    case 'send':
      simulation.send(index, clients.next(index, clock.nowNs()));
      break;
    case 'stall':
      turns.stall(random.chance(0.7) ? running?.process : undefined);
      break;
    case 'deliver':
      simulation.deliver(false);
      break;
    case 'pass':
      pass(simulation, random.pick([1, 50, 300]));
      break;
    case 'jump':
      clock.jump(jumpNs(simulation));
      break;
    case 'pause':
      simulation.deliverAppends();
      pass(simulation, LONG_PAUSE_MS);
      break;
    default:
      simulation[action](index);
      break;
  }
}

function possibleActions(simulation: Simulation, index: number): Record<Action, number> {
  const { plan, turns, slots } = simulation;
  const isRunning = slots[index]!.running !== undefined;
  const process = simulation.ready(index);
  const { actions } = plan;
  const only = (isPossible: boolean, weight: number) => (isPossible ? weight : 0);
  return {
    ...actions,
    turn: only(turns.waiting > 0, actions.turn),
    stall: only(slots.length > 1, actions.stall),
    send: only(process !== undefined && process.underWay.size < plan.maxRequestsUnderWay, actions.send),
    seal: only(process !== undefined && !process.isSealing, actions.seal),
    read: only(process !== undefined, actions.read),
    crash: only(isRunning, actions.crash),
    start: only(!isRunning, actions.start),
  };
}

function pass({ slots }: Simulation, milliseconds: number): void {
  for (const { clock } of slots) clock.advance(milliseconds);
}

/** Up to three windows of the rule of repeats, in either direction. */
function jumpNs({ plan, random }: Simulation): bigint {
  return ((BigInt(random.between(-1000, 1000)) * plan.windowNs) / 1000n) * BigInt(random.pick([1, 1, 3]));
}
