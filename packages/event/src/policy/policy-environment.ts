import { nearestName } from '../nearest-name.js';
import type { Policy, PolicySettings } from './policy.js';
import { settingProblem, settingRules } from './setting-rule.js';

/** The variable of each setting. */
export const policyVariables: Readonly<Record<keyof Policy, string>> = {
  enabled: 'AUDIT_TRAIL_ENABLED',
  level: 'AUDIT_TRAIL_LEVEL',
  exclude_actions: 'AUDIT_TRAIL_EXCLUDE_ACTIONS',
  exclude_resources: 'AUDIT_TRAIL_EXCLUDE_RESOURCES',
  sample_rate: 'AUDIT_TRAIL_SAMPLE_RATE',
  sample_reads: 'AUDIT_TRAIL_SAMPLE_READS',
  sample_writes: 'AUDIT_TRAIL_SAMPLE_WRITES',
  sample_salt: 'AUDIT_TRAIL_SAMPLE_SALT',
  async: 'AUDIT_TRAIL_ASYNC',
  buffer_enabled: 'AUDIT_TRAIL_BUFFER_ENABLED',
  buffer_flush_interval_seconds: 'AUDIT_TRAIL_BUFFER_FLUSH_INTERVAL',
  buffer_max_events: 'AUDIT_TRAIL_BUFFER_MAX_SIZE',
  retention_days: 'AUDIT_TRAIL_RETENTION_DAYS',
  cleanup_enabled: 'AUDIT_TRAIL_CLEANUP_ENABLED',
  cleanup_batch_events: 'AUDIT_TRAIL_CLEANUP_BATCH_SIZE',
};

const PREFIX = 'AUDIT_TRAIL_';
const SHOWN_MAX_CHARS = 60;
const DECIMAL = /^-?(?:\d+\.?\d*|\.\d+)$/;

/** A variable that cannot be used, and why. Its value is shown, except that of the salt. */
export interface VariableProblem {
  readonly variable: string;
  readonly message: string;
}

export type PolicyEnvironment =
  | { readonly ok: true; readonly settings: PolicySettings }
  /** Every mistake, in the order of the settings; then the names that are no settings. */
  | { readonly ok: false; readonly problems: readonly VariableProblem[] };

/**
 * Reads the settings that an environment's `AUDIT_TRAIL_…` variables give. A variable that is absent or empty sets
 * nothing. A name of this kind that is no setting is a problem: it is most likely misspelt, and a level that was
 * misspelt records other things than somebody believes.
 */
export function policyFromEnvironment(variables: Readonly<Record<string, string | undefined>>): PolicyEnvironment {
  const settings: Record<string, unknown> = {};
  const problems: VariableProblem[] = [];
  for (const [name, variable] of Object.entries(policyVariables)) {
    const setting = name as keyof Policy;
    const text = variables[variable]?.trim();
    if (!text) continue;
    const value = readText(setting, text);
    const message = settingProblem(setting, value);
    if (message === undefined) settings[setting] = value;
    else problems.push(problemOf(setting, message, variables));
  }
  problems.push(...unknownNames(variables));
  return problems.length === 0 ? { ok: true, settings: settings as PolicySettings } : { ok: false, problems };
}

/** The text as a value of the setting's type, or as it is, to be refused. */
function readText(setting: keyof Policy, text: string): unknown {
  switch (settingRules[setting].type) {
    case 'flag':
      if (/^(?:true|1|yes|on)$/i.test(text)) return true;
      return /^(?:false|0|no|off)$/i.test(text) ? false : text;
    case 'share':
    case 'whole':
      return DECIMAL.test(text) ? Number(text) : text;
    case 'names':
      return text
        .split(',')
        .map((name) => name.trim())
        .filter((name) => name !== '');
    case 'level':
      return text.toLowerCase();
    case 'text':
      return text;
  }
}

function problemOf(
  setting: keyof Policy,
  message: string,
  variables: Readonly<Record<string, string | undefined>>,
): VariableProblem {
  const variable = policyVariables[setting];
  if (setting === 'sample_salt') return { variable, message };
  const text = variables[variable] ?? '';
  const shown = text.length > SHOWN_MAX_CHARS ? `${text.slice(0, SHOWN_MAX_CHARS)}…` : text;
  return { variable, message: `${message} It is ${JSON.stringify(shown.toWellFormed())}.` };
}

function unknownNames(variables: Readonly<Record<string, string | undefined>>): VariableProblem[] {
  const known = Object.values(policyVariables);
  return Object.keys(variables)
    .filter((variable) => variable.startsWith(PREFIX) && !known.includes(variable) && variables[variable])
    .sort()
    .map((variable) => {
      const nearest = nearestName(
        variable,
        known.map((name) => name.toLowerCase()),
      );
      const advice = nearest === undefined ? '' : ` Did you mean ${nearest.toUpperCase()}?`;
      return { variable, message: `There is no such setting.${advice}` };
    });
}
