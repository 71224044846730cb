import type { Policy, PolicyEnvironment } from '@attestlog/event/sdk';
import { ConfigurationError, type ConfigurationProblem } from '../configuration-error.js';
import { type DeliveryOptions, type Durability, durabilities, type ServerAddress } from '../delivery/delivery.js';
import type { ClientOptions, Credential } from './client-options.js';
import { collectPolicy, type Environment, type ReadPolicy } from './read-policy.js';

/** The variables that are read beside those of the policy. */
export const clientVariables = {
  url: 'ATTESTLOG_URL',
  apiKey: 'ATTESTLOG_KEY',
  tenant: 'ATTESTLOG_TENANT',
  durability: 'ATTESTLOG_DURABILITY',
  spool: 'ATTESTLOG_SPOOL',
} as const;

const MIB = 1024 * 1024;
const MS_PER_SECOND = 1_000;

/** What only some platforms have; what is absent costs the others nothing. */
export interface OptionsPlatform {
  /** What the environment says of the policy. */
  readonly environmentPolicy?: PolicyEnvironment;
  /** Reads what is kept on a disk. */
  readonly resolveDisk?: (
    options: ClientOptions,
    durability: Durability,
    problems: ConfigurationProblem[],
  ) => Pick<DeliveryOptions, 'spool' | 'deadLetters'>;
}

/** Options and environment with every default filled in. */
export interface ResolvedOptions extends ReadPolicy {
  readonly delivery: DeliveryOptions;
}

/**
 * Fills in what is not given: options win over variables, variables over defaults.
 *
 * @throws {ConfigurationError} with every problem at once
 */
export function resolveOptions(
  options: ClientOptions,
  { environmentPolicy, resolveDisk }: OptionsPlatform = {},
): ResolvedOptions {
  const { environment = {} } = options;
  const { policy, retentionDays, problems: policyProblems } = collectPolicy(options.policy, environmentPolicy);
  const problems: ConfigurationProblem[] = [...policyProblems];
  const server = readServer(options, environment, problems);
  const durability = readDurability(options, environment, policy, problems);
  const numbers = readNumbers(options, policy, problems);
  const disk = resolveDisk?.(options, durability, problems);
  if (problems.length > 0) throw new ConfigurationError(problems);
  const delivery = {
    ...numbers,
    durability,
    server,
    compress: options.compress ?? true,
    spool: disk?.spool,
    deadLetters: disk?.deadLetters,
  };
  return { policy, retentionDays, delivery };
}

function readServer(
  { url, apiKey, tenant }: ClientOptions,
  environment: Environment,
  problems: ConfigurationProblem[],
): ServerAddress {
  const base = url ?? nonEmpty(environment[clientVariables.url]);
  if (base === undefined) {
    problems.push({ option: 'url', message: `Where the server is: give it, or set ${clientVariables.url}.` });
  } else if (!isHttpUrl(base)) {
    problems.push({
      option: 'url',
      message: 'Must be an http or https URL without credentials, e.g. https://audit.example.com.',
    });
  }
  const key = apiKey ?? nonEmpty(environment[clientVariables.apiKey]);
  if (key === undefined || key === '') {
    problems.push({
      option: 'apiKey',
      message: `A key with the right to write: give it, or set ${clientVariables.apiKey}.`,
    });
  }
  return {
    url: (base ?? '').replace(/\/+$/, ''),
    credential: credentialOf(key ?? ''),
    tenant: tenant ?? nonEmpty(environment[clientVariables.tenant]),
  };
}

function credentialOf(key: Credential): (reason: 'request' | 'rejected') => string | Promise<string> {
  return typeof key === 'string' ? () => key : key;
}

function isHttpUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return /^https?:$/.test(protocol) && username === '' && password === '';
}

function readDurability(
  { durability }: ClientOptions,
  environment: Environment,
  policy: Policy,
  problems: ConfigurationProblem[],
): Durability {
  const given = durability ?? nonEmpty(environment[clientVariables.durability]);
  if (given === undefined) return policy.async ? 'memory' : 'server';
  if (!(durabilities as readonly string[]).includes(given)) {
    const option = durability === undefined ? clientVariables.durability : 'durability';
    problems.push({ option, message: `Must be one of: ${durabilities.join(', ')}.` });
  }
  return given as Durability;
}

function readNumbers(options: ClientOptions, policy: Policy, problems: ConfigurationProblem[]) {
  const whole = wholeReader(problems);
  const waits = policy.buffer_enabled ? policy.buffer_flush_interval_seconds * MS_PER_SECOND : 0;
  const flushEvents = whole('flushEvents', options.flushEvents, policy.buffer_max_events, 1);
  return {
    flushIntervalMs: whole('flushIntervalMs', options.flushIntervalMs, waits, 0),
    flushEvents,
    batchMaxBytes: whole('batchMaxBytes', options.batchMaxBytes, MIB, 1_024),
    bufferMaxEvents: whole('bufferMaxEvents', options.bufferMaxEvents, Math.max(10_000, 4 * flushEvents), 1),
    bufferMaxBytes: whole('bufferMaxBytes', options.bufferMaxBytes, 32 * MIB, 1_024),
    requestTimeoutMs: whole('requestTimeoutMs', options.requestTimeoutMs, 10_000, 1),
    closeTimeoutMs: whole('closeTimeoutMs', options.closeTimeoutMs, 5_000, 0),
    retryMinDelayMs: whole('retryMinDelayMs', options.retryMinDelayMs, 200, 1),
    retryMaxDelayMs: whole('retryMaxDelayMs', options.retryMaxDelayMs, 30_000, 1),
  };
}

/** Reads whole numbers, and says which are none. */
export function wholeReader(problems: ConfigurationProblem[]) {
  return (option: string, given: number | undefined, fallback: number, min: number): number => {
    if (given === undefined) return fallback;
    if (Number.isSafeInteger(given) && given >= min) return given;
    problems.push({ option, message: `Must be a whole number from ${min} on.` });
    return fallback;
  };
}

export function nonEmpty(text: string | undefined): string | undefined {
  const trimmed = text?.trim();
  return trimmed === '' ? undefined : trimmed;
}
