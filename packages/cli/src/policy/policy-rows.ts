import type { PolicyInForce } from './policy-in-force.js';

/** One line of a policy: a setting, its value, and who sets it. */
export interface PolicyRow {
  readonly setting: string;
  readonly value: string;
  readonly from: 'tenant' | 'deployment';
}

/** A policy as lines for people, in the order of the path of an event: recorded, looked at, sealed, shown. */
export function policyRows(policy: PolicyInForce): PolicyRow[] {
  const { settings } = policy;
  const row = (setting: string, value: unknown, isOwn: boolean): PolicyRow => ({
    setting,
    value: words(value),
    from: isOwn ? 'tenant' : 'deployment',
  });
  const own: Readonly<Record<string, unknown>> = settings.policy ?? {};
  const { sample_salt: _, ...recording } = policy.recording;
  const actions = Object.entries(policy.detection.actions ?? {}).map(([kind, action]) => `${kind}=${action}`);
  return [
    ...Object.entries(recording).map(([name, value]) => row(`recording.${name}`, value, own[name] !== undefined)),
    row('detection', actions, settings.detection !== undefined),
    row('detection.mask_style', policy.detection.mask_style ?? 'partial', settings.detection?.mask_style !== undefined),
    row('sealing', policy.sealing.fields.map(sealedWords), settings.sealing !== undefined),
    row('mask_style', policy.maskStyle, settings.maskStyle !== undefined),
    row('reason_for_personal_data', policy.isReasonRequired, settings.reasonForPersonalData !== undefined),
  ];
}

type SealedField = PolicyInForce['sealing']['fields'][number];

function sealedWords({ path, subject, form, search }: SealedField): string {
  const parts = [path, ...(subject === undefined ? [] : [`of ${subject}`]), ...(form === undefined ? [] : [form])];
  return [...parts, ...(search === false ? ['not searched'] : [])].join(' ');
}

function words(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join(', ');
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return String(value);
}
