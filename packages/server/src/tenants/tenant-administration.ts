import { formatNs } from '@attestlog/event';
import type { Principal } from '../access/principal.js';
import type { Clock } from '../ports/clock.js';
import { isConfirmation, makeConfirmation } from './confirmation.js';
import { dayOf } from './day.js';
import type { Limits } from './plans.js';
import { type QueryAllowance, queryAllowance } from './query-allowance.js';
import type { Quotas } from './quotas.js';
import type { TenantDeletion } from './tenant-deletion.js';
import type { Tenant, TenantDirectory } from './tenant-directory.js';
import { type TenantInput, tenantIdFor } from './tenant-document.js';

export interface TenantAdministrationParts {
  tenants: TenantDirectory;
  quotas: Quotas;
  /** What the deployment lets the queries of one tenant use at most. */
  queryAllowance: QueryAllowance;
  deletion: TenantDeletion;
  clock: Clock;
  randomBytes: (count: number) => Uint8Array;
  /** At least 32 random bytes, for confirmations. */
  secret: Uint8Array;
}

const RANDOM_ID_BYTES = 6;

/** What is done with tenants as a whole. */
export class TenantAdministration {
  readonly deletion: TenantDeletion;
  readonly #parts: TenantAdministrationParts;

  constructor(parts: TenantAdministrationParts) {
    this.#parts = parts;
    this.deletion = parts.deletion;
  }

  /** The limits that hold for a tenant. */
  limitsOf(tenant: Tenant): Limits {
    const limits = this.#parts.quotas.limitsOf(tenant);
    return { ...limits, ...queryAllowance(limits, this.#parts.queryAllowance) };
  }

  /** Today in UTC, as a number of days since 1970. */
  today(): number {
    return dayOf(this.#parts.clock.nowNs());
  }

  /** Creates a tenant; its id is made where none is given. @throws Problem `tenant-exists` */
  create(id: string | undefined, input: TenantInput): Promise<Tenant> {
    const { tenants, clock, randomBytes } = this.#parts;
    const made = () => tenantIdFor(input.organization ?? input.name ?? '', randomBytes(RANDOM_ID_BYTES));
    return tenants.create(id ?? made(), input, formatNs(clock.nowNs()));
  }

  /** What somebody has to send to confirm that the tenant, as it is now, is to be deleted. */
  confirmationFor(tenant: Tenant, principal: Principal): string {
    return makeConfirmation(this.#parts.secret, deletionOf(tenant, principal), this.#nowMs());
  }

  isConfirmed(text: string, tenant: Tenant, principal: Principal): boolean {
    return isConfirmation(text, this.#parts.secret, deletionOf(tenant, principal), this.#nowMs());
  }

  #nowMs(): number {
    return Number(this.#parts.clock.nowNs() / 1_000_000n);
  }
}

function deletionOf({ id, revision }: Tenant, principal: Principal): [string, string, number, string] {
  return ['tenant.delete', id, revision, principal.id];
}
