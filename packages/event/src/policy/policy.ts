import type { Level } from './level.js';

export const EXCLUSIONS_MAX_ITEMS = 256;
export const SAMPLE_SALT_MAX_CHARS = 128;
export const BUFFER_FLUSH_INTERVAL_MAX_SECONDS = 3_600;
export const BUFFER_MAX_EVENTS_LIMIT = 100_000;
export const CLEANUP_BATCH_MAX_EVENTS = 1_000_000;

/**
 * The intake policy: what is recorded, how it is handed over, how long it is kept. The server holds one for each
 * tenant; SDKs read theirs from the environment. `policy-schema.ts` says what each setting is, and is held equal.
 */
export interface Policy {
  enabled: boolean;
  level: Level;
  exclude_actions: string[];
  exclude_resources: string[];
  sample_rate: number;
  sample_reads: boolean;
  sample_writes: boolean;
  sample_salt: string;
  async: boolean;
  buffer_enabled: boolean;
  buffer_flush_interval_seconds: number;
  buffer_max_events: number;
  retention_days: number;
  cleanup_enabled: boolean;
  cleanup_batch_events: number;
}

/** What a tenant, or the environment, sets: any part of a policy. */
export type PolicySettings = { [Setting in keyof Policy]?: Policy[Setting] | undefined };

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
