import { defaultPolicy, mergePolicy, type Policy, type PolicySettings } from '@attestlog/event';
import type { Tenant } from '../tenants/tenant-directory.js';
import { type Rules, rulesText } from './treatments.js';

const MAX_TENANTS = 10_000;

/**
 * What the server records where nobody says anything else: everything. It is the system of record, and what it leaves
 * out nobody can get back; an SDK that is asked for less leaves out before it sends.
 */
const SERVER_DEFAULT: Policy = { ...defaultPolicy, level: 'all' };

/** What is done with the events of each tenant: the deployment's policy with the tenant's own settings over it. */
export class TenantRules {
  readonly #base: Policy;
  readonly #baseText: string | undefined;
  readonly #known = new Map<string, { revision: number; text: string | undefined }>();

  /** @param settings what the deployment sets */
  constructor(settings: PolicySettings) {
    this.#base = mergePolicy(SERVER_DEFAULT, settings);
    this.#baseText = rulesText({ recording: this.#base });
  }

  /** The whole policy that holds for a tenant. */
  policyOf(tenant: Tenant | undefined): Policy {
    return mergePolicy(this.#base, (tenant?.document.settings?.policy ?? {}) as PolicySettings);
  }

  /**
   * The rules as text, see `Treatments`; undefined when events are recorded as they are.
   *
   * @param own whether the events are the server's own, which no policy leaves out or changes
   */
  textFor(tenant: Tenant | undefined, own: boolean): string | undefined {
    if (own) return undefined;
    const { policy, detection } = tenant?.document.settings ?? {};
    if (tenant === undefined || (policy === undefined && detection === undefined)) return this.#baseText;
    const known = this.#known.get(tenant.id);
    if (known?.revision === tenant.revision) return known.text;
    const rules: Rules = { recording: this.policyOf(tenant), ...(detection === undefined ? {} : { detection }) };
    const text = rulesText(rules);
    if (this.#known.size >= MAX_TENANTS) this.#known.clear();
    this.#known.set(tenant.id, { revision: tenant.revision, text });
    return text;
  }
}
