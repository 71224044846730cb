import type { Fault } from '../../../packages/server/src/adapters/memory/faults.js';
import type { SequencerLimits } from '../../../packages/server/src/sequencer/sequencer.js';
import { Random } from './random.js';

/** What kind of schedule a seed makes: some are calm, some stormy, and each leans to other steps. */
export interface Plan {
  steps: number;
  /** Processes at once. */
  slots: number;
  tenants: number;
  windowNs: bigint;
  maxFutureSkewNs: bigint;
  repeatMemoryBytes: number;
  sequencer: SequencerLimits;
  /** Chance of a fault for each operation of a port. */
  faultRate: number;
  faults: Readonly<Record<Fault | 'repeat', number>>;
  actions: Readonly<Record<Action, number>>;
  traffic: Readonly<Record<Intent, number>>;
  /** Chance that a request is a batch, and that a batch is atomic. */
  batchRate: number;
  atomicRate: number;
  maxBatchItems: number;
  maxRequestsUnderWay: number;
  /** See {@link Turns}. */
  newestFirst: number;
  startNs: bigint;
}

export type Action =
  | 'turn'
  | 'stall'
  | 'send'
  | 'seal'
  | 'read'
  | 'crash'
  | 'start'
  | 'deliver'
  | 'pass'
  | 'jump'
  | 'pause';
/** What a client does with one item of a request. */
export type Intent = 'new' | 'unnamed' | 'again' | 'changed' | 'retry' | 'retry-changed' | 'invalid';

const SECOND = 1_000_000_000n;

export function planOf(seed: number): { plan: Plan; random: Random } {
  const random = new Random(seed);
  const calm = random.chance(0.15);
  const often = (weight: number) => (random.chance(0.75) ? weight * random.pick([0.3, 1, 1, 3]) : 0);
  const plan: Plan = {
    steps: random.between(80, 360),
    slots: random.chance(0.4) ? 2 : 1,
    tenants: random.pick([1, 2, 4]),
    windowNs: random.pick([7n * 86_400n * SECOND, 60n * SECOND, 2n * SECOND]),
    maxFutureSkewNs: random.pick([300n * SECOND, SECOND]),
    repeatMemoryBytes: random.pick([64 * 1024 * 1024, 5_000, 200, 1]),
    sequencer: {
      maxBatchBytes: random.pick([1, 2_000, 16_000_000]),
      maxBatchEvents: random.pick([1, 7, 100_000]),
      maxCachedHeads: random.pick([1, 2, 1000]),
      // Between any two chunks or runs of rows, or hardly ever: the clock of a schedule stands still in a turn.
      maxTurnMs: random.pick([0, 4]),
    },
    faultRate: calm ? 0 : random.pick([0.01, 0.05, 0.15]),
    faults: { fail: often(1), 'fail-after': 1, partial: often(1), 'delay-apply': often(1), repeat: often(0.5) },
    actions: {
      turn: 20,
      stall: often(0.5),
      send: 3,
      seal: random.pick([1, 3, 6]),
      read: 0.7,
      crash: calm ? 0 : often(0.2),
      start: 2,
      deliver: often(0.4),
      pass: 1,
      jump: calm ? 0 : often(0.3),
      pause: often(0.05),
    },
    traffic: {
      new: 4,
      unnamed: 1,
      again: often(2),
      changed: often(2),
      retry: 2,
      'retry-changed': often(2),
      invalid: 0.3,
    },
    batchRate: random.pick([0.1, 0.5]),
    atomicRate: random.pick([0, 0.5]),
    maxBatchItems: random.chance(0.03) ? 120 : random.pick([2, 6]),
    maxRequestsUnderWay: random.pick([1, 4, 12]),
    newestFirst: random.pick([0, 0, 0.3, 0.8]),
    startNs: 1_760_000_000_000_000_000n + BigInt(random.below(1_000_000)) * 1_000_007n,
  };
  return { plan, random };
}
