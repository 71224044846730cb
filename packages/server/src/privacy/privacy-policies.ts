import type { MaskStyle, SealingPlan } from '@attestlog/event';

/** What a tenant's policy says about personal data. */
export interface PrivacyPolicy {
  /** Which fields are sealed. */
  plan: SealingPlan;
  /** How values are shown to those who may not see them. */
  maskStyle: MaskStyle;
  /** Whether whoever sees values unmasked has to say why. */
  isReasonRequired: boolean;
}

/** Where policies come from; at once where they are remembered. */
export interface PrivacyPolicies {
  of(tenant: string): PrivacyPolicy | Promise<PrivacyPolicy>;
}
