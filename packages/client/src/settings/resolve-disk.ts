import type { ConfigurationProblem } from '../configuration-error.js';
import type { SpoolOptions } from '../delivery/delivery.js';
import type { ClientOptions, SpoolSettings } from './client-options.js';
import type { Environment } from './read-policy.js';
import { clientVariables, nonEmpty, type OptionsPlatform, wholeReader } from './resolve-options.js';

const MIB = 1024 * 1024;
const SYNC_INTERVAL_MS = 1_000;

/** Where a client keeps events on a disk, with every default: the spool, and what the server refuses for good. */
export const resolveDisk: NonNullable<OptionsPlatform['resolveDisk']> = (options, durability, problems) => {
  const { environment = {} } = options;
  const spool = durability === 'disk' ? readSpool(options.spool, environment, problems) : undefined;
  return { spool, deadLetters: deadLettersOf(options, spool?.folder) };
};

function readSpool(
  { folder, ...bounds }: SpoolSettings = {},
  environment: Environment,
  problems: ConfigurationProblem[],
): SpoolOptions {
  const found = folder ?? nonEmpty(environment[clientVariables.spool]);
  if (found === undefined) {
    problems.push({
      option: 'spool.folder',
      message: `A folder to keep events in: give it, or set ${clientVariables.spool}.`,
    });
  }
  const whole = wholeReader(problems);
  return {
    folder: found ?? '',
    maxBytes: whole('spool.maxBytes', bounds.maxBytes, 256 * MIB, 1),
    segmentMaxBytes: whole('spool.segmentMaxBytes', bounds.segmentMaxBytes, 8 * MIB, 1),
    syncIntervalMs:
      bounds.syncIntervalMs === Number.POSITIVE_INFINITY
        ? bounds.syncIntervalMs
        : whole('spool.syncIntervalMs', bounds.syncIntervalMs, SYNC_INTERVAL_MS, 0),
  };
}

function deadLettersOf({ deadLetters }: ClientOptions, spoolFolder: string | undefined) {
  const folder = deadLetters?.folder ?? (spoolFolder === undefined ? undefined : `${spoolFolder}/dead-letters`);
  return folder === undefined ? undefined : { folder, maxBytes: deadLetters?.maxBytes ?? 64 * MIB };
}
