import {
  defaultPolicy,
  mergePolicy,
  type Policy,
  type PolicyEnvironment,
  type PolicySettings,
  policyFromEnvironment,
  settingProblem,
} from '@attestlog/event/sdk';
import { ConfigurationError, type ConfigurationProblem } from '../configuration-error.js';

export type Environment = Readonly<Record<string, string | undefined>>;

const NO_ENVIRONMENT: PolicyEnvironment = { ok: true, settings: {} };

export interface ReadPolicy {
  readonly policy: Policy;
  /** The days that somebody set; undefined: the server's policy has them. */
  readonly retentionDays: number | undefined;
}

/** @throws {ConfigurationError} with every problem at once */
export function readPolicy(given: PolicySettings | undefined, environment: Environment): ReadPolicy {
  const read = collectPolicy(given, policyFromEnvironment(environment));
  if (read.problems.length > 0) throw new ConfigurationError(read.problems);
  return read;
}

/**
 * The policy of settings in code over those of the environment over the defaults, and what is wrong with them.
 *
 * @param read what the environment's variables say; where there is no environment, nothing reads it either
 */
export function collectPolicy(
  given: PolicySettings = {},
  read: PolicyEnvironment = NO_ENVIRONMENT,
): ReadPolicy & { readonly problems: readonly ConfigurationProblem[] } {
  const settings = read.ok ? read.settings : {};
  const policy = mergePolicy(defaultPolicy, settings, given);
  const problems = [
    ...Object.entries(given).flatMap(([name, value]) => problemOf(name, value)),
    ...(read.ok ? [] : read.problems.map(({ variable, message }) => ({ option: variable, message }))),
  ];
  return { policy, retentionDays: given.retention_days ?? settings.retention_days, problems };
}

function problemOf(name: string, value: unknown): ConfigurationProblem[] {
  if (value === undefined) return [];
  const known = Object.hasOwn(defaultPolicy, name);
  const message = known ? settingProblem(name as keyof Policy, value) : 'There is no such setting.';
  return message === undefined ? [] : [{ option: `policy.${name}`, message }];
}
