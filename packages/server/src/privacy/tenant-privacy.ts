import { type MaskStyle, type SealingPlan, type SealingPolicy, sealingPlan } from '@attestlog/event';
import type { Tenant, TenantDirectory } from '../tenants/tenant-directory.js';
import type { PrivacyPolicies, PrivacyPolicy } from './privacy-policies.js';

/** How values are shown to those who may not see them, where a tenant does not say. */
export const DEFAULT_MASK_STYLE: MaskStyle = 'partial';

/** More tenants than these at once are read anew. */
const MAX_REMEMBERED = 10_000;

/** What each tenant says about personal data, and where it says nothing, the deployment. */
export class TenantPrivacy implements PrivacyPolicies {
  readonly #tenants: Pick<TenantDirectory, 'find'>;
  readonly #basePlan: SealingPlan;
  readonly #known = new Map<string, { revision: number; policy: PrivacyPolicy }>();

  /** @param base what is sealed where a tenant does not say */
  constructor(tenants: Pick<TenantDirectory, 'find'>, base: SealingPolicy) {
    this.#tenants = tenants;
    this.#basePlan = sealingPlan(base);
  }

  /** At once where the tenant is remembered. Fails with `registry-unavailable`. */
  of(id: string): PrivacyPolicy | Promise<PrivacyPolicy> {
    const tenant = this.#tenants.find(id);
    return tenant instanceof Promise ? tenant.then((found) => this.#read(found)) : this.#read(tenant);
  }

  #read(tenant: Tenant | undefined): PrivacyPolicy {
    const known = tenant && this.#known.get(tenant.id);
    if (known !== undefined && known.revision === tenant?.revision) return known.policy;
    const { sealing, maskStyle = DEFAULT_MASK_STYLE, reasonForPersonalData = false } = tenant?.document.settings ?? {};
    const plan = sealing === undefined ? this.#basePlan : sealingPlan(sealing);
    const policy: PrivacyPolicy = { plan, maskStyle, isReasonRequired: reasonForPersonalData };
    if (tenant === undefined) return policy;
    if (this.#known.size >= MAX_REMEMBERED) this.#known.clear();
    this.#known.set(tenant.id, { revision: tenant.revision, policy });
    return policy;
  }
}
