import type { CommandContext } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { CliFailure } from '../failure.js';
import type { ChangeClient } from '../http/change-client.js';
import { Progress } from '../terminal/progress.js';

/** An erasure as the server tells it. */
export type Erasure = Readonly<Record<string, unknown>>;

const FIRST_WAIT_MS = 500;
const MAX_WAIT_MS = 5000;
/** Attempts one after the other without an answer: a restart of the server is over by then. */
const MAX_FAILURES = 12;

const stateWords: Readonly<Record<string, string>> = {
  planned: 'about to begin',
  destroying: 'destroying keys',
  removing: 'keys are destroyed; removing what lies beside the entries',
  certifying: 'recording the certificate',
};

export function erasurePath(id: unknown): string {
  return `api/v1/privacy/erasures/${encodeURIComponent(String(id))}`;
}

/**
 * Waits until an erasure is at its end: done, or forbidden by a hold that came between. The server carries it on by
 * itself, whether anybody waits or not.
 *
 * @throws CliFailure `unreachable` when the server stays away
 */
export async function awaitErasure(client: ChangeClient, context: CommandContext, begun: Erasure): Promise<Erasure> {
  const progress = new Progress(context.stderr, context.now);
  let erasure = begun;
  let failures = 0;
  try {
    for (let waitMs = FIRST_WAIT_MS; !isFinal(erasure); waitMs = Math.min(MAX_WAIT_MS, waitMs * 1.5)) {
      const state = String(erasure.state);
      progress.update(() => ({ text: `Erasure ${String(begun.id)}: ${stateWords[state] ?? state}` }));
      await context.sleep(waitMs, context.signal);
      try {
        erasure = await client.send({ method: 'GET', path: erasurePath(begun.id) });
        failures = 0;
      } catch (error) {
        failures += 1;
        if (!isUnreachable(error) || failures >= MAX_FAILURES) throw goesOn(error, begun);
      }
    }
    return erasure;
  } finally {
    progress.clear();
  }
}

function isFinal({ state }: Erasure): boolean {
  return state === 'done' || state === 'held';
}

function isUnreachable(error: unknown): boolean {
  return error instanceof CliFailure && error.exitCode === EXIT.unreachable;
}

/** Whoever loses sight of an erasure has to know that it was begun. */
function goesOn(error: unknown, { id }: Erasure): unknown {
  if (!(error instanceof CliFailure)) return error;
  const { exitCode, message, detail } = error;
  return new CliFailure(exitCode, message, {
    ...(detail === undefined ? {} : { detail }),
    remedy: `The erasure goes on by itself. See how far it is: attestlog erase show ${String(id)}`,
    cause: error,
  });
}
