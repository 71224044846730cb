import type { SealingPlan } from '@attestlog/event';

/** What it takes to search a tenant's sealed fields. */
export interface SearchedSealing {
  /** Which fields are sealed. */
  readonly plan: SealingPlan;
  /** Key of the blind index; undefined: the tenant has no keys, so nothing of it is sealed yet. */
  readonly blindKey: Uint8Array | undefined;
}

/** Of a tenant that nothing is sealed of. */
export const NOTHING_SEALED: SearchedSealing = { plan: [], blindKey: undefined };
