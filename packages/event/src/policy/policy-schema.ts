import * as z from 'zod';
import { RETENTION_MAX_DAYS, RETENTION_MIN_DAYS } from '../bounds.js';
import { levels } from './level.js';
import { PATTERN_MAX_CHARS } from './name-pattern.js';
import {
  BUFFER_FLUSH_INTERVAL_MAX_SECONDS,
  BUFFER_MAX_EVENTS_LIMIT,
  CLEANUP_BATCH_MAX_EVENTS,
  EXCLUSIONS_MAX_ITEMS,
  SAMPLE_SALT_MAX_CHARS,
} from './policy.js';
import { hasSeparator, isWithoutLetter, settingMessages as messages } from './setting-rule.js';

const whole = (min: number, max: number, description: string) =>
  z
    .int({ error: messages.whole(min, max) })
    .min(min, { error: messages.atLeast(min) })
    .max(max, { error: messages.atMost(max) })
    .meta({ description });
const flag = (description: string) => z.boolean({ error: messages.flag }).meta({ description });

const name = z
  .string({ error: messages.text })
  .min(1, { error: messages.nameEmpty })
  .max(PATTERN_MAX_CHARS, { error: messages.nameTooLong })
  .refine((text) => !isWithoutLetter(text), { error: messages.nameWithoutLetter })
  .refine((text) => !hasSeparator(text), { error: messages.nameWithSeparator });
const names = (description: string) =>
  z
    .array(name, { error: messages.list })
    .max(EXCLUSIONS_MAX_ITEMS, { error: messages.maxItems(EXCLUSIONS_MAX_ITEMS) })
    .meta({ description });

/**
 * A whole policy. Every field is required here; {@link policySettingsSchema} is what somebody sets. What it refuses,
 * `settingProblem` refuses, in the same words.
 */
export const policySchema = z
  .strictObject({
    enabled: flag('Whether events are recorded at all. What the audit system writes itself always is.'),
    level: z
      .enum(levels, { error: messages.level })
      .meta({ description: 'Which operations are recorded. Denials and critical events are at every level.' }),
    exclude_actions: names('Actions that are not recorded: names of which * is any part.'),
    exclude_resources: names(
      'Resources about which nothing is recorded: types of targets, nouns of actions, service:NAME, category:NAME.',
    ),
    sample_rate: z
      .number({ error: messages.share })
      .min(0, { error: messages.atLeast(0) })
      .max(1, { error: messages.atMost(1) })
      .meta({ description: 'Share of requests whose events are recorded, 0 to 1. Failures, denials: always.' }),
    sample_reads: flag('Whether the rate holds for reads.'),
    sample_writes: flag('Whether the rate holds for what is not a read.'),
    sample_salt: z
      .string({ error: messages.text })
      .max(SAMPLE_SALT_MAX_CHARS, { error: messages.maxChars(SAMPLE_SALT_MAX_CHARS) })
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

/** What a tenant, or the environment, sets: any part of a policy. */
export const policySettingsSchema = policySchema
  .partial()
  .meta({ description: 'Settings that differ from those of the deployment.' });
