import {
  type DetectionSettings,
  detectionSettingsSchema,
  type MaskStyle,
  maskStyles,
  type Policy,
  type PolicySettings,
  policySchema,
  type SealingPolicy,
  sealingPolicySchema,
} from '@attestlog/event';
import { EXIT } from '../exit-codes.js';
import { CliFailure } from '../failure.js';
import { isRecord } from '../http/problem-details.js';

/** Where a server shows the policy of a tenant, and takes what the tenant sets. */
export const POLICY_PATH = 'api/v1/policy';

/** What a tenant sets itself. */
export interface OwnSettings {
  readonly policy?: PolicySettings;
  readonly detection?: DetectionSettings;
  readonly sealing?: SealingPolicy;
  readonly maskStyle?: MaskStyle;
  readonly reasonForPersonalData?: boolean;
}

/** The whole policy of a tenant, and what of it the tenant sets: the rest is the deployment's. */
export interface PolicyInForce {
  readonly tenant: string;
  readonly revision: number;
  readonly recording: Policy;
  /** Whether `recording` has the salt that counts: the deployment's is not shown. */
  readonly isSaltKnown: boolean;
  readonly detection: DetectionSettings;
  readonly sealing: SealingPolicy;
  readonly maskStyle: MaskStyle;
  readonly isReasonRequired: boolean;
  readonly settings: OwnSettings;
}

/**
 * Reads a policy as the server shows it, or a file that has it.
 *
 * @param from where it came from, for the failure
 * @throws CliFailure `unexpected` for anything else
 */
export function readPolicy(document: Readonly<Record<string, unknown>>, from: string): PolicyInForce {
  const { tenant, revision, recording, detection, sealing, mask_style: maskStyle } = document;
  const settings = isRecord(document.settings) ? (document.settings as OwnSettings) : {};
  const { has_sample_salt: hasSalt, ...shown } = isRecord(recording) ? recording : {};
  const salt = settings.policy?.sample_salt;
  const read = {
    recording: policySchema.strip().safeParse({ ...shown, sample_salt: salt ?? '' }),
    detection: detectionSettingsSchema.safeParse(detection),
    sealing: sealingPolicySchema.safeParse(sealing),
  };
  if (!read.recording.success || !read.detection.success || !read.sealing.success || !isMaskStyle(maskStyle)) {
    throw new CliFailure(EXIT.unexpected, 'It is not a policy that this version understands', { detail: from });
  }
  return {
    tenant: String(tenant),
    revision: Number(revision),
    recording: read.recording.data,
    isSaltKnown: hasSalt !== true || salt !== undefined,
    detection: read.detection.data,
    sealing: read.sealing.data,
    maskStyle,
    isReasonRequired: document.reason_for_personal_data === true,
    settings,
  };
}

function isMaskStyle(value: unknown): value is MaskStyle {
  return (maskStyles as readonly unknown[]).includes(value);
}
