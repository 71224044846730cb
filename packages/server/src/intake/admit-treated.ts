import type { KeysAtHand, SealingKeys } from '../privacy/keys/subject-keys.js';
import {
  type Admission,
  type Attempt,
  admit,
  admitPending,
  type Pending,
  type RequestContext,
  type Source,
} from './admission.js';
import type { KnownKeys } from './known-keys.js';
import type { Treatment } from './treatments.js';

/** What is done with the events of one request, and where the keys for it are. */
export interface Treating {
  readonly tenant: string;
  readonly treatment: Treatment;
  readonly known: KnownKeys;
  /** Asks for the keys of subjects that are not at hand; what it fails with, the request fails with. */
  readonly ask: (subjects: readonly string[]) => Promise<SealingKeys>;
}

/** The keys of the tenant may tell which subjects there are; no other round teaches anything new. */
const MAX_ROUNDS = 2;

/**
 * Reads, checks and treats what a request brings: at once when all keys are at hand. Else it asks once for those of all
 * events together, and goes on with the events that wait for them. The answer itself is used for that, so it does not
 * matter what is forgotten meanwhile.
 *
 * @param context of this request alone: its `prepare` is set
 */
export function admitTreated(
  source: Source,
  context: RequestContext,
  treating: Treating,
): Admission | Promise<Admission> {
  // What was read here is nobody else's; values are their sender's.
  const mayChange = source.kind !== 'values';
  const withKeys = (keys: KeysAtHand | undefined): RequestContext => {
    const { tenant, treatment } = treating;
    const treatmentContext = { tenant, keys, mayChange };
    // Put in, since a copy of the context would cost as much as a part of the event.
    context.prepare = (event, id) => treatment(event, id, treatmentContext);
    return context;
  };
  const attempt = admit(source, withKeys(treating.known.of(treating.tenant)));
  if (attempt.error !== undefined || attempt.pending.length === 0) return attempt;
  return complete(attempt, withKeys, treating);
}

async function complete(
  first: Attempt,
  withKeys: (keys: KeysAtHand) => RequestContext,
  treating: Treating,
): Promise<Admission> {
  let attempt = first;
  for (let round = 0; attempt.pending.length > 0; round++) {
    if (round === MAX_ROUNDS) throw new RangeError('events wait for keys that they were given');
    attempt = admitPending(attempt, withKeys(await fetchKeys(attempt.pending, treating)));
  }
  return attempt;
}

async function fetchKeys(pending: readonly Pending[], { tenant, known, ask }: Treating): Promise<SealingKeys> {
  const subjects = new Set<string>();
  for (const { awaits } of pending) for (const subject of awaits) subjects.add(subject);
  const question = known.begin(tenant);
  try {
    const keys = await ask([...subjects]);
    if (keys.isWatched) known.learn(question, keys);
    return keys;
  } finally {
    known.abandon(question);
  }
}
