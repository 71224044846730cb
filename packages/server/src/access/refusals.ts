import { type AuditedAct, type AuditTrail, SYSTEM_TENANT } from '../audit/audit-trail.js';
import type { Clock } from '../ports/clock.js';
import type { TenantDirectory } from '../tenants/tenant-directory.js';

/** A credential or a password that was not accepted. */
export interface Refusal extends Pick<AuditedAct, 'targets' | 'requestId'> {
  action: 'credential.refuse' | 'login.refuse' | 'session.reuse';
  /** Code of the problem. */
  reason: string;
  address: string;
  /** The tenant in whose log it stands; undefined or null: the deployment's. */
  tenant?: string | null | undefined;
}

export interface RefusalsParts {
  audit: AuditTrail;
  tenants: Pick<TenantDirectory, 'find'>;
  clock: Clock;
  onFailure: (error: unknown) => void;
}

const MAX_RECORDS_A_SECOND = 50;

/**
 * Records refused credentials. The trail sums up what repeats; beyond that there is a bound here, since an attacker with
 * many addresses makes refusals that all differ. What goes beyond it is counted, and the next one that is recorded says
 * how many.
 */
export class Refusals {
  readonly #parts: RefusalsParts;
  #second = 0;
  #recorded = 0;
  #unrecorded = 0;

  constructor(parts: RefusalsParts) {
    this.#parts = parts;
  }

  /** Records in the background: a refusal is answered whether it can be recorded or not. */
  record(refusal: Refusal): void {
    const second = Math.floor(this.#parts.clock.monotonicMs() / 1000);
    if (second !== this.#second) this.#recorded = 0;
    this.#second = second;
    if (this.#recorded >= MAX_RECORDS_A_SECOND) {
      this.#unrecorded += 1;
      return;
    }
    this.#recorded += 1;
    const unrecorded = this.#unrecorded;
    this.#unrecorded = 0;
    this.#write(refusal, unrecorded).catch(this.#parts.onFailure);
  }

  async #write({ tenant, ...refusal }: Refusal, unrecorded: number): Promise<void> {
    const { audit, tenants } = this.#parts;
    // Whoever guesses may name a tenant that there is not; that does not make one.
    const own = tenant === undefined || tenant === null ? undefined : await tenants.find(tenant);
    await audit.record({
      ...refusal,
      tenant: own?.id ?? SYSTEM_TENANT,
      operation: 'execute',
      outcome: 'denied',
      principal: undefined,
      ...(unrecorded === 0 ? {} : { metadata: { unrecorded } }),
    });
  }
}
