import { defaultPolicy, defaultSealing } from '@attestlog/event';

const { sample_salt: _, ...recording } = defaultPolicy;

/** The policy of a tenant that sets nothing, as the server shows it. */
export const POLICY_ANSWER = {
  tenant: 'acme',
  revision: 4,
  recording: { ...recording, level: 'all', exclude_actions: ['health.*'], has_sample_salt: false },
  detection: {},
  sealing: defaultSealing,
  mask_style: 'partial',
  reason_for_personal_data: false,
  settings: {},
} as const;
