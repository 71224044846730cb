import * as z from 'zod';
import { RETENTION_MAX_DAYS, RETENTION_MIN_DAYS } from '../bounds.js';
import { levels } from './level.js';
import { PATTERN_MAX_CHARS } from './name-pattern.js';

export const EXCLUSIONS_MAX_ITEMS = 256;
export const SAMPLE_SALT_MAX_CHARS = 128;
export const BUFFER_FLUSH_INTERVAL_MAX_SECONDS = 3_600;
export const BUFFER_MAX_EVENTS_LIMIT = 100_000;
export const CLEANUP_BATCH_MAX_EVENTS = 1_000_000;

const whole = (min: number, max: number, description: string) =>
  z
    .int({ error: `Must be a whole number from ${min} to ${max}.` })
    .min(min, { error: `Must be at least ${min}.` })
    .max(max, { error: `Must be at most ${max}.` })
    .meta({ description });
const flag = (description: string) => z.boolean({ error: 'Must be true or false.' }).meta({ description });

const name = z
  .string()
  .min(1, { error: 'A name must not be empty.' })
  .max(PATTERN_MAX_CHARS, { error: `A name has at most ${PATTERN_MAX_CHARS} characters.` })
  .refine((text) => !/^(?:\w+:)?[*._-]*$/.test(text), {
    error: 'A name must have a letter or a digit. To leave everything out, turn recording off.',
  })
  .refine((text) => !/[\s,]/.test(text), { error: 'A name has no spaces and no commas.' });
const names = (description: string) =>
  z
    .array(name)
    .max(EXCLUSIONS_MAX_ITEMS, { error: `At most ${EXCLUSIONS_MAX_ITEMS} names.` })
    .meta({ description });

/**
 * The intake policy: what is recorded, how it is handed over, how long it is kept. The server holds one for each
 * tenant; SDKs read it. Every field is required here; {@link policySettingsSchema} is what somebody sets.
 */
export const policySchema = z
  .strictObject({
    enabled: flag('Whether events are recorded at all. What the audit system writes itself always is.'),
    level: z
      .enum(levels, { error: `Must be one of: ${levels.join(', ')}.` })
      .meta({ description: 'Which operations are recorded. Denials and critical events are at every level.' }),
    exclude_actions: names('Actions that are not recorded: names of which * is any part.'),
    exclude_resources: names(
      'Resources about which nothing is recorded: types of targets, nouns of actions, service:NAME, category:NAME.',
    ),
    sample_rate: z
      .number({ error: 'Must be a number from 0 to 1.' })
      .min(0, { error: 'Must be at least 0.' })
      .max(1, { error: 'Must be at most 1.' })
      .meta({ description: 'Share of requests whose events are recorded, 0 to 1. Failures, denials: always.' }),
    sample_reads: flag('Whether the rate holds for reads.'),
    sample_writes: flag('Whether the rate holds for what is not a read.'),
    sample_salt: z
      .string()
      .max(SAMPLE_SALT_MAX_CHARS, { error: `At most ${SAMPLE_SALT_MAX_CHARS} characters.` })
      .meta({ description: 'Put before the id that is hashed, so that nobody can choose an id that is not kept.' }),
    async: flag('Whether callers go on before the event is durable.'),
    buffer_enabled: flag('Whether an SDK gathers events and sends them together.'),
    buffer_flush_interval_seconds: whole(
      1,
      BUFFER_FLUSH_INTERVAL_MAX_SECONDS,
      'How long an SDK gathers events, in seconds.',
    ),
    buffer_max_events: whole(1, BUFFER_MAX_EVENTS_LIMIT, 'How many events an SDK gathers before it sends them.'),
    retention_days: whole(RETENTION_MIN_DAYS, RETENTION_MAX_DAYS, 'Days to keep an event that says nothing else.'),
    cleanup_enabled: flag('Whether events past their retention are removed.'),
    cleanup_batch_events: whole(1, CLEANUP_BATCH_MAX_EVENTS, 'How many events one step of the removal takes.'),
  })
  .meta({ description: 'What is recorded, how it is handed over, how long it is kept.' });
export type Policy = z.infer<typeof policySchema>;

/** What a tenant, or the environment, sets: any part of a policy. */
export const policySettingsSchema = policySchema
  .partial()
  .meta({ description: 'Settings that differ from those of the deployment.' });
export type PolicySettings = z.infer<typeof policySettingsSchema>;

export const defaultPolicy: Policy = Object.freeze({
  enabled: true,
  level: 'writes_only',
  exclude_actions: [],
  exclude_resources: [],
  sample_rate: 1,
  sample_reads: true,
  sample_writes: true,
  sample_salt: '',
  async: true,
  buffer_enabled: true,
  buffer_flush_interval_seconds: 30,
  buffer_max_events: 500,
  retention_days: 90,
  cleanup_enabled: true,
  cleanup_batch_events: 10_000,
});

/** A policy in which later settings win over earlier ones, each as a whole: a list replaces a list. */
export function mergePolicy(base: Policy, ...settings: readonly PolicySettings[]): Policy {
  const merged: Policy = { ...base };
  for (const some of settings) {
    const given = Object.entries(some).filter(([, value]) => value !== undefined);
    Object.assign(merged, Object.fromEntries(given));
  }
  return merged;
}
