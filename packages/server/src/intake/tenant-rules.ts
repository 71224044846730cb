import { defaultPolicy, mergePolicy, type Policy, type PolicySettings, type SealingPolicy } from '@attestlog/event';
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
  readonly #sealing: SealingPolicy;
  readonly #baseTexts: RulesTexts;
  readonly #known = new Map<string, { revision: number; texts: RulesTexts }>();

  /**
   * @param settings what the deployment sets
   * @param sealing which fields it seals
   */
  constructor(settings: PolicySettings, sealing: SealingPolicy = { fields: [] }) {
    this.#base = mergePolicy(SERVER_DEFAULT, settings);
    this.#sealing = sealing;
    this.#baseTexts = textsOf({ recording: this.#base, sealing });
  }

  /** The whole policy that holds for a tenant. */
  policyOf(tenant: Tenant | undefined): Policy {
    return mergePolicy(this.#base, (tenant?.document.settings?.policy ?? {}) as PolicySettings);
  }

  /** Which fields are sealed of a tenant's events. */
  sealingOf(tenant: Tenant | undefined): SealingPolicy {
    return tenant?.document.settings?.sealing ?? this.#sealing;
  }

  /**
   * The rules as text, see `Treatments`; undefined when events are recorded as they are.
   *
   * @param own whether the events are the server's own, of which no policy leaves out or changes any: they are only sealed
   */
  textFor(tenant: Tenant | undefined, own: boolean): string | undefined {
    const { client, server } = this.#textsFor(tenant);
    return own ? server : client;
  }

  #textsFor(tenant: Tenant | undefined): RulesTexts {
    const { policy, detection, sealing } = tenant?.document.settings ?? {};
    if (tenant === undefined || (policy ?? detection ?? sealing) === undefined) return this.#baseTexts;
    const known = this.#known.get(tenant.id);
    if (known?.revision === tenant.revision) return known.texts;
    const rules: Rules = { recording: this.policyOf(tenant), sealing: this.sealingOf(tenant) };
    const texts = textsOf(detection === undefined ? rules : { ...rules, detection });
    if (this.#known.size >= MAX_TENANTS) this.#known.clear();
    this.#known.set(tenant.id, { revision: tenant.revision, texts });
    return texts;
  }
}

/** Rules for events of clients, and for those of the server. */
interface RulesTexts {
  client: string | undefined;
  server: string | undefined;
}

function textsOf(rules: Rules): RulesTexts {
  const { sealing } = rules;
  return { client: rulesText(rules), server: sealing && rulesText({ sealing: ofOwnEvents(sealing) }) };
}

/**
 * Of the server's own events it is sealed who did something and from where. What it says in `metadata` is the server's
 * own as well: the certificate of an erasure, which whoever verifies the log has to see, or the settings that were made.
 */
function ofOwnEvents({ fields }: SealingPolicy): SealingPolicy {
  return { fields: fields.filter(({ path }) => !path.startsWith('/metadata/')) };
}
