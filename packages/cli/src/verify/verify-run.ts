import type { SealedCheck, SealedOutcome, SealedViolationCode } from '@attestlog/client/log-reading';
import {
  type LogMemory,
  type LogReader,
  type PinnedKeys,
  type PinnedViolation,
  TlogError,
  type VerifiedPinnedLog,
  verifyPinnedLog,
} from '@attestlog/tlog';
import { messageOf, usageFailure } from '../failure.js';

/** What the command can find. */
export type CommandViolation = Omit<PinnedViolation, 'code'> & {
  readonly code: PinnedViolation['code'] | SealedViolationCode;
};

export interface VerifyRun {
  readonly reader: LogReader;
  readonly pinned: PinnedKeys;
  readonly memory: LogMemory | undefined;
  readonly origin: string | undefined;
  /** The keys that the log shows, one a line; undefined if it is one that shows none. */
  readonly shownKeys: (() => Promise<string>) | undefined;
  readonly concurrency: number | undefined;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
  /** Checks sealed fields as well. */
  readonly sealed?: SealedCheck | undefined;
}

export interface VerifyOutcome extends Omit<VerifiedPinnedLog, 'violations'> {
  readonly violations: readonly CommandViolation[];
  /** What was found of the sealed fields, if they were checked. Their violations are among those of the whole. */
  readonly sealed: SealedOutcome | undefined;
}

/**
 * Verifies a log against pinned keys and what is remembered of it, and its sealed fields.
 * @throws what the reader rejects with; CliFailure `usage` for a memory that is of another log, or broken
 */
export async function runVerify({ sealed: check, origin, concurrency, ...run }: VerifyRun): Promise<VerifyOutcome> {
  const result = await verifyPinnedLog({
    ...run,
    ...(origin === undefined ? {} : { origin }),
    ...(concurrency === undefined ? {} : { concurrency }),
    watch: check && ((reader, name) => check.watch(reader, name)),
  }).catch((error: unknown) => {
    if (!(error instanceof TlogError)) throw error;
    throw usageFailure(
      `The remembered checkpoint cannot be used: ${messageOf(error)}`,
      'It is of another log, or was changed. Use another --remember file for another log.',
    );
  });
  const sealed = await check?.outcome();
  return {
    ...result,
    violations: [...result.violations, ...(sealed?.violations ?? [])],
    omitted: result.omitted + (sealed?.omitted ?? 0),
    sealed,
  };
}
