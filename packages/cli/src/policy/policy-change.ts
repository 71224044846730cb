import {
  type DetectionKind,
  type DetectionSettings,
  detectionSettingsSchema,
  type MaskStyle,
  type PolicySettings,
  policySettingsSchema,
  type SealingPolicy,
  sealingPolicySchema,
} from '@attestlog/event';
import { usageFailure } from '../failure.js';
import type { OwnSettings, PolicyInForce } from './policy-in-force.js';

/** What is to be another way; what is absent stays. */
export interface PolicyChange {
  /** Parts that take the place of the tenant's own ones, before all else. */
  readonly replaced?: OwnSettings;
  /** Parts that are the deployment's again, or settings of recording. */
  readonly unset?: readonly string[];
  readonly level?: string;
  readonly excludeActions?: readonly string[];
  readonly includeActions?: readonly string[];
  readonly excludeResources?: readonly string[];
  readonly includeResources?: readonly string[];
  readonly sampleRate?: number;
  readonly retentionDays?: number;
  /** `POINTER`, or `POINTER=POINTER` with the field that says whose it is. */
  readonly seal?: readonly string[];
  readonly unseal?: readonly string[];
  /** `KIND=ACTION` */
  readonly detect?: readonly string[];
  readonly maskStyle?: string;
  readonly reasonRequired?: boolean;
}

const PARTS = ['policy', 'detection', 'sealing', 'maskStyle', 'reasonForPersonalData'] as const;

/**
 * The settings that a tenant has after a change. A list is changed from what is in force, so that to exclude or seal one
 * thing more does not drop what the deployment excludes or seals.
 *
 * @throws CliFailure `usage` for a change that cannot be meant
 */
export function changedSettings(inForce: PolicyInForce, change: PolicyChange): OwnSettings {
  const base = withoutUnset({ ...inForce.settings, ...knownParts(change.replaced ?? {}) }, change.unset ?? []);
  const policy = changedRecording(inForce, base.policy, change);
  const detection = changedDetection(base.detection, change.detect ?? []);
  const sealing = changedSealing(base.sealing ?? inForce.sealing, change, base.sealing);
  const { maskStyle = base.maskStyle, reasonRequired = base.reasonForPersonalData } = change;
  return {
    ...(policy === undefined ? {} : { policy: checked(policySettingsSchema, policy, 'recording') }),
    ...(detection === undefined ? {} : { detection: checked(detectionSettingsSchema, detection, 'detection') }),
    ...(sealing === undefined ? {} : { sealing: checked(sealingPolicySchema, sealing, 'sealing') }),
    ...(maskStyle === undefined ? {} : { maskStyle: maskStyle as MaskStyle }),
    ...(reasonRequired === undefined ? {} : { reasonForPersonalData: reasonRequired }),
  };
}

function knownParts(settings: OwnSettings): OwnSettings {
  const unknown = Object.keys(settings).find((name) => !(PARTS as readonly string[]).includes(name));
  if (unknown === undefined) return settings;
  throw usageFailure(`A policy has no part "${unknown}"`, `Its parts are ${PARTS.join(', ')}.`);
}

function withoutUnset(settings: OwnSettings, names: readonly string[]): OwnSettings {
  const left: Record<string, unknown> = { ...settings };
  for (const name of names) {
    const [part = '', setting] = name.split('.', 2);
    if (part === 'recording' && setting !== undefined) {
      const { [setting]: removed, ...others } = (left.policy ?? {}) as Record<string, unknown>;
      if (removed === undefined) throw usageFailure(`The tenant does not set ${name}`);
      left.policy = others;
    } else {
      const member = part === 'recording' ? 'policy' : part;
      if (setting !== undefined || left[member] === undefined) throw usageFailure(`The tenant does not set ${name}`);
      delete left[member];
    }
  }
  return left as OwnSettings;
}

function changedRecording(
  { recording }: PolicyInForce,
  own: PolicySettings | undefined,
  change: PolicyChange,
): PolicySettings | undefined {
  const actions = own?.exclude_actions ?? recording.exclude_actions;
  const resources = own?.exclude_resources ?? recording.exclude_resources;
  const given = {
    level: change.level,
    exclude_actions: changedNames(actions, change.excludeActions, change.includeActions),
    exclude_resources: changedNames(resources, change.excludeResources, change.includeResources),
    sample_rate: change.sampleRate,
    retention_days: change.retentionDays,
  };
  const set = Object.entries(given).filter(([, value]) => value !== undefined);
  return set.length === 0 ? own : ({ ...own, ...Object.fromEntries(set) } as PolicySettings);
}

function changedNames(
  names: readonly string[],
  added: readonly string[] = [],
  removed: readonly string[] = [],
): string[] | undefined {
  if (added.length + removed.length === 0) return undefined;
  const absent = removed.find((name) => !names.includes(name));
  if (absent !== undefined) throw usageFailure(`${absent} is not excluded`, 'A name is given as it was excluded.');
  return [...new Set([...names, ...added])].filter((name) => !removed.includes(name));
}

function changedDetection(
  own: DetectionSettings | undefined,
  detect: readonly string[],
): DetectionSettings | undefined {
  if (detect.length === 0) return own;
  const actions = detect.map((text) => {
    const [kind, action, ...rest] = text.split('=');
    if (!kind || !action || rest.length > 0) throw usageFailure(`Not KIND=ACTION: ${text}`, 'Such as email=mask.');
    return [kind as DetectionKind, action] as const;
  });
  return { ...own, actions: { ...own?.actions, ...Object.fromEntries(actions) } };
}

function changedSealing(
  base: SealingPolicy,
  { seal = [], unseal = [] }: PolicyChange,
  own: SealingPolicy | undefined,
): SealingPolicy | undefined {
  if (seal.length + unseal.length === 0) return own;
  const added = seal.map((text) => {
    const [path = '', subject, ...rest] = text.split('=');
    if (rest.length > 0 || subject === '') throw usageFailure(`Not POINTER or POINTER=POINTER: ${text}`);
    return { path, ...(subject === undefined ? {} : { subject }) };
  });
  const absent = unseal.find((path) => !base.fields.some((field) => field.path === path));
  if (absent !== undefined) throw usageFailure(`${absent} is not sealed`, 'attestlog policy show says what is.');
  const replaced = new Set([...unseal, ...added.map(({ path }) => path)]);
  return { fields: [...base.fields.filter(({ path }) => !replaced.has(path)), ...added] };
}

interface Schema<T> {
  safeParse(value: unknown):
    | { readonly success: true; readonly data: T }
    | {
        readonly success: false;
        readonly error: {
          readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];
        };
      };
}

function checked<T>(schema: Schema<T>, value: unknown, part: string): T {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const place = [part, ...(issue?.path ?? [])].map(String).join('.');
  throw usageFailure(`${place}: ${issue?.message ?? 'not as it must be'}`);
}
