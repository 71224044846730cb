import { RETENTION_MAX_DAYS, RETENTION_MIN_DAYS } from '../bounds.js';
import { levels } from './level.js';
import { PATTERN_MAX_CHARS } from './name-pattern.js';
import {
  BUFFER_FLUSH_INTERVAL_MAX_SECONDS,
  BUFFER_MAX_EVENTS_LIMIT,
  CLEANUP_BATCH_MAX_EVENTS,
  EXCLUSIONS_MAX_ITEMS,
  type Policy,
  SAMPLE_SALT_MAX_CHARS,
} from './policy.js';

/** What a setting may be, in plain data, so that an SDK can check one without a schema library. */
export type SettingRule =
  | { readonly type: 'flag' }
  | { readonly type: 'level' }
  | { readonly type: 'names'; readonly maxItems: number }
  | { readonly type: 'share' }
  | { readonly type: 'text'; readonly maxChars: number }
  | { readonly type: 'whole'; readonly min: number; readonly max: number };

const flag: SettingRule = { type: 'flag' };
const names: SettingRule = { type: 'names', maxItems: EXCLUSIONS_MAX_ITEMS };
const whole = (min: number, max: number): SettingRule => ({ type: 'whole', min, max });

export const settingRules: Readonly<Record<keyof Policy, SettingRule>> = {
  enabled: flag,
  level: { type: 'level' },
  exclude_actions: names,
  exclude_resources: names,
  sample_rate: { type: 'share' },
  sample_reads: flag,
  sample_writes: flag,
  sample_salt: { type: 'text', maxChars: SAMPLE_SALT_MAX_CHARS },
  async: flag,
  buffer_enabled: flag,
  buffer_flush_interval_seconds: whole(1, BUFFER_FLUSH_INTERVAL_MAX_SECONDS),
  buffer_max_events: whole(1, BUFFER_MAX_EVENTS_LIMIT),
  retention_days: whole(RETENTION_MIN_DAYS, RETENTION_MAX_DAYS),
  cleanup_enabled: flag,
  cleanup_batch_events: whole(1, CLEANUP_BATCH_MAX_EVENTS),
};

export const isWithoutLetter = (text: string): boolean => /^(?:\w+:)?[*._-]*$/.test(text);
export const hasSeparator = (text: string): boolean => /[\s,]/.test(text);

/** What a setting's value is refused with; the schema says the same. */
export const settingMessages = {
  flag: 'Must be true or false.',
  level: `Must be one of: ${levels.join(', ')}.`,
  share: 'Must be a number from 0 to 1.',
  whole: (min: number, max: number) => `Must be a whole number from ${min} to ${max}.`,
  atLeast: (min: number) => `Must be at least ${min}.`,
  atMost: (max: number) => `Must be at most ${max}.`,
  maxChars: (max: number) => `At most ${max} characters.`,
  maxItems: (max: number) => `At most ${max} names.`,
  list: 'Must be a list of names.',
  text: 'Must be a text.',
  nameEmpty: 'A name must not be empty.',
  nameTooLong: `A name has at most ${PATTERN_MAX_CHARS} characters.`,
  nameWithoutLetter: 'A name must have a letter or a digit. To leave everything out, turn recording off.',
  nameWithSeparator: 'A name has no spaces and no commas.',
};

/** What is wrong with the value of a setting; undefined: nothing. */
export function settingProblem(setting: keyof Policy, value: unknown): string | undefined {
  const rule = settingRules[setting];
  switch (rule.type) {
    case 'flag':
      return typeof value === 'boolean' ? undefined : settingMessages.flag;
    case 'level':
      return (levels as readonly unknown[]).includes(value) ? undefined : settingMessages.level;
    case 'share':
      if (typeof value !== 'number' || !Number.isFinite(value)) return settingMessages.share;
      return rangeProblem(value, 0, 1);
    case 'whole':
      if (!Number.isSafeInteger(value)) return settingMessages.whole(rule.min, rule.max);
      return rangeProblem(value as number, rule.min, rule.max);
    case 'text':
      if (typeof value !== 'string') return settingMessages.text;
      return value.length > rule.maxChars ? settingMessages.maxChars(rule.maxChars) : undefined;
    case 'names':
      return namesProblem(value, rule.maxItems);
  }
}

function rangeProblem(value: number, min: number, max: number): string | undefined {
  if (value < min) return settingMessages.atLeast(min);
  return value > max ? settingMessages.atMost(max) : undefined;
}

function namesProblem(value: unknown, maxItems: number): string | undefined {
  if (!Array.isArray(value)) return settingMessages.list;
  for (const name of value as unknown[]) {
    const found = nameProblem(name);
    if (found !== undefined) return found;
  }
  return value.length > maxItems ? settingMessages.maxItems(maxItems) : undefined;
}

function nameProblem(name: unknown): string | undefined {
  if (typeof name !== 'string') return settingMessages.text;
  if (name === '') return settingMessages.nameEmpty;
  if (name.length > PATTERN_MAX_CHARS) return settingMessages.nameTooLong;
  if (isWithoutLetter(name)) return settingMessages.nameWithoutLetter;
  return hasSeparator(name) ? settingMessages.nameWithSeparator : undefined;
}
