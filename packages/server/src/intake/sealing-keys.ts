import type { SealingKeys } from '../privacy/keys/subject-keys.js';

/** Where the keys come from that events are sealed with. */
export interface SealingKeySource {
  /**
   * The tenant's keys and those of these subjects, made where there are none; at once when all are remembered. Fails with
   * `registry-unavailable`, `master-key-unavailable` or `tenant-gone`: then nothing may be sealed.
   */
  keysFor(tenant: string, subjects: readonly string[]): SealingKeys | Promise<SealingKeys>;
}
